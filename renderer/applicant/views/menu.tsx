import type { MenuItem } from '../../../main/contract/views.ts';
import { Frame } from '../../components/frame.tsx';
import { CardIcon, ClockIcon, WarningIcon } from '../../components/icons.tsx';
import { Pages } from '../../components/pages.tsx';
import { Pressable } from '../../components/pressable.tsx';
import { useSurroundings, type ViewProps } from '../surroundings.ts';

export function MenuView({ view }: ViewProps<'menu'>) {
  const { say } = useSurroundings();
  return (
    <Frame
      title={say('screens.menu.title')}
      lead={say('screens.menu.lead')}
      work={
        <Pages
          className={view.items.length > 3 ? 'menu-list menu-list-grid' : 'menu-list'}
          items={view.items.map((item) => ({ key: item.service, content: <ServiceCard item={item} /> }))}
        />
      }
    />
  );
}

function ServiceCard({ item }: { readonly item: MenuItem }) {
  const { screenful, say, send } = useSurroundings();
  return (
    <Pressable
      className="service"
      action={`service-${item.service}`}
      aria-disabled={!item.available || undefined}
      data-unavailable={!item.available || undefined}
      onPress={() => {
        if (item.available) send({ type: 'chooseService', viewId: screenful.viewId, service: item.service });
      }}
    >
      <span className="service-icon">
        <CardIcon />
      </span>
      <span className="service-badge">
        {item.available ? <ClockIcon /> : <WarningIcon />}
        {item.available
          ? say('screens.menu.minutes', { minutes: item.minutes })
          : say('screens.menu.unavailable')}
      </span>
      <span className="service-name">{say(`terms.service.${item.service}`)}</span>
      <span className="service-description">
        {item.available ? say(`terms.serviceDescription.${item.service}`) : say(item.reason)}
      </span>
    </Pressable>
  );
}
