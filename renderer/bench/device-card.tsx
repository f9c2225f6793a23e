/** One virtual device: its state, what can be done at it, what can go wrong with it, and what it puts out. */
import { useId, useState } from 'react';
import type { BenchCommand, BenchDevice } from '../../main/contract/bench.ts';
import type { Translate } from '../../main/contract/format-message.ts';

interface DeviceCardProps {
  readonly device: BenchDevice;
  readonly say: Translate;
  readonly send: (command: BenchCommand) => void;
}

/** States in which something is under way or waits for a hand. */
const busyStates = new Set([
  'atSlot',
  'inside',
  'waitingForCard',
  'moving',
  'erasing',
  'printing',
  'verifying',
  'cut',
  'atOutput',
  'codeInSight',
]);
const wrongStates = new Set(['withoutPower', 'retained']);

const toneOf = (state: string): 'busy' | 'wrong' | 'quiet' => {
  if (wrongStates.has(state)) return 'wrong';
  return busyStates.has(state) ? 'busy' : 'quiet';
};

export function DeviceCard({ device, say, send }: DeviceCardProps) {
  const heading = useId();
  const name = say(`bench.devices.${device.id}`, {});
  const active = device.faults.filter((fault) => fault.active).length;
  const act = (action: string, value?: string) =>
    send({ type: 'action', device: device.id, action, ...(value === undefined ? {} : { value }) });

  return (
    <section className="device" data-device={device.id} aria-labelledby={heading}>
      <header className="device-head">
        <h2 id={heading}>{name}</h2>
        <span className="device-state" data-tone={toneOf(device.state)}>
          {say(`bench.states.${device.state}`, {})}
        </span>
      </header>
      {device.lines.length > 0 && (
        <ul className="device-lines">
          {device.lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <div className="device-actions">
        {device.actions
          .filter(({ choices }) => choices === undefined)
          .map(({ id }) => (
            <button key={id} type="button" className="action" onClick={() => act(id)}>
              {say(`bench.actions.${id}`, {})}
            </button>
          ))}
      </div>
      {device.actions.map(
        ({ id, choices }) =>
          choices && (
            <Choices
              key={id}
              label={`bench.actions.${id}`}
              choices={choices}
              say={say}
              choose={(value) => act(id, value)}
            />
          ),
      )}
      {device.faults.length > 0 && (
        <details className="faults" open={device.faults.length <= 12 || active > 0}>
          <summary>
            {say('bench.faults', {})}
            {active > 0 && (
              <span className="faults-active">{say('bench.faultsActive', { count: active })}</span>
            )}
          </summary>
          <div className="fault-list">
            {device.faults.map((fault) => (
              <button
                key={fault.id}
                type="button"
                className="fault"
                aria-pressed={fault.active}
                onClick={() =>
                  send({ type: 'fault', device: device.id, fault: fault.id, active: !fault.active })
                }
              >
                {say(`bench.fault.${fault.id}`, {})}
              </button>
            ))}
          </div>
        </details>
      )}
      <Output device={device} name={name} say={say} />
    </section>
  );
}

/** Devices that print, whether or not anything has been printed yet. */
const printers = new Set(['endorsementPrinter', 'receiptPrinter']);

function Output({
  device,
  name,
  say,
}: {
  readonly device: BenchDevice;
  readonly name: string;
  readonly say: Translate;
}) {
  if (device.image) {
    return (
      <figure className="output" data-of={device.id}>
        <img
          src={`data:${device.image.mediaType};base64,${device.image.base64}`}
          alt={say('bench.output', { device: name })}
        />
      </figure>
    );
  }
  return printers.has(device.id) ? (
    <p className="output output-empty" data-of={device.id}>
      {say('bench.noOutput', {})}
    </p>
  ) : null;
}

interface ChoicesProps {
  readonly label: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly say: Translate;
  readonly choose: (value: string) => void;
}

/** As many can be seen at once. */
const fewChoices = 6;

/** A list, a long one with a field to narrow it; a press on a line is the action itself. */
function Choices({ label, choices, say, choose }: ChoicesProps) {
  const [sought, setSought] = useState('');
  const words = sought.toLowerCase().split(/\s+/);
  const found = choices.filter((choice) => words.every((word) => choice.label.toLowerCase().includes(word)));
  return (
    <div className="choices" data-few={choices.length <= fewChoices || undefined}>
      <h3>{say(label, {})}</h3>
      {choices.length > fewChoices && (
        <input
          type="search"
          value={sought}
          placeholder={say('bench.find', {})}
          aria-label={say('bench.find', {})}
          onChange={(event) => setSought(event.target.value)}
        />
      )}
      <ul>
        {found.map((choice) => (
          <li key={choice.value}>
            <button type="button" onClick={() => choose(choice.value)}>
              {choice.label}
            </button>
          </li>
        ))}
        {found.length === 0 && <li className="choices-none">{say('bench.nobody', {})}</li>}
      </ul>
    </div>
  );
}
