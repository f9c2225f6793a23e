import type { Language } from '../../main/contract/message.ts';
import { useSurroundings } from '../applicant/surroundings.ts';
import { TickIcon } from './icons.tsx';
import { Modal } from './modal.tsx';
import { Pressable } from './pressable.tsx';

/** Each language by its own name; typed so that a fifth one cannot be forgotten here. */
const ownNames = {
  zh: 'terms.language.zh',
  en: 'terms.language.en',
  ko: 'terms.language.ko',
  ru: 'terms.language.ru',
} as const satisfies Record<Language, string>;

function isLanguage(value: string): value is Language {
  return value in ownNames;
}

export function LanguageButtons({ onChosen }: { readonly onChosen?: () => void }) {
  const { screenful, say, send } = useSurroundings();
  return (
    <div className="language-buttons">
      {Object.keys(ownNames)
        .filter(isLanguage)
        .map((language) => (
          <Pressable
            key={language}
            className="language-button"
            action={`language-${language}`}
            lang={language}
            aria-pressed={language === screenful.preferences.language}
            onPress={() => {
              send({ type: 'setLanguage', language });
              onChosen?.();
            }}
          >
            {language === screenful.preferences.language ? <TickIcon /> : null}
            {say(ownNames[language])}
          </Pressable>
        ))}
    </div>
  );
}

export function LanguageOverlay({ onClose }: { readonly onClose: () => void }) {
  const { say } = useSurroundings();
  return (
    <Modal
      name="languages"
      title={say('screens.language.title')}
      onBeside={onClose}
      actions={
        <Pressable className="action action-secondary" action="close-languages" onPress={onClose}>
          {say('screens.language.keep')}
        </Pressable>
      }
    >
      <LanguageButtons onChosen={onClose} />
    </Modal>
  );
}
