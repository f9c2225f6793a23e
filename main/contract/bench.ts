/** The bench: a window, in simulation only, that shows every virtual device and drives it. */
import { z } from 'zod';

export interface BenchDevice {
  readonly id: string;
  /** DeviceStatus state and its code, for the badge. */
  readonly state: string;
  readonly lines: readonly string[];
  /** Things a person or technician does at the device: insert a permit, take the paper, pay now. */
  readonly actions: readonly {
    readonly id: string;
    readonly choices?: readonly { readonly value: string; readonly label: string }[];
  }[];
  readonly faults: readonly { readonly id: string; readonly active: boolean }[];
  /** The device's output as a picture, base64. */
  readonly image: { readonly mediaType: 'image/png' | 'image/jpeg'; readonly base64: string } | null;
}

export interface BenchState {
  readonly devices: readonly BenchDevice[];
}

export const benchCommandSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('action'),
    device: z.string().max(40),
    action: z.string().max(40),
    value: z.string().max(200).optional(),
  }),
  z.strictObject({
    type: z.literal('fault'),
    device: z.string().max(40),
    fault: z.string().max(40),
    active: z.boolean(),
  }),
]);
export type BenchCommand = z.infer<typeof benchCommandSchema>;

export interface BenchApi {
  onState(listener: (state: BenchState) => void): () => void;
  send(command: BenchCommand): void;
}

export const benchChannels = {
  state: 'bench:state',
  command: 'bench:command',
  ready: 'bench:ready',
} as const;
