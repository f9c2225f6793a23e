/**
 * The only way a message from a renderer reaches the terminal: its sender is the top frame of the window it is
 * expected from, still on the page that window was opened with, and its content satisfies a schema.
 */
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron';
import type { z } from 'zod';
import { pageUrl, type WindowName } from './protocol.ts';

/** A window's contents, and the page it must be showing to be listened to. */
export interface Peer {
  readonly name: WindowName;
  readonly contents: WebContents;
}

/** A message that was not let through. Says nothing of its content, which may be anything. */
export interface RefusedMessage {
  readonly window: WindowName;
  readonly channel: string;
  readonly reason: 'foreignSender' | 'wrongShape';
  /** Where in the message the schema was not met; property names of the schema only. */
  readonly at: string;
}

export interface Receiver<T> {
  readonly channel: string;
  readonly schema: z.ZodType<T>;
  readonly refused: (message: RefusedMessage) => void;
}

/** Listens for messages; answers how to stop. */
export function receive<T>(peer: Peer, receiver: Receiver<T>, handle: (message: T) => void): () => void {
  const listener = (event: IpcMainEvent, ...args: readonly unknown[]) => {
    const message = admit(peer, receiver, event, args);
    if (message) handle(message.value);
  };
  // `contents.ipc` hears this window alone; the frame and its page are checked on top of that.
  peer.contents.ipc.on(receiver.channel, listener);
  return () => {
    if (!peer.contents.isDestroyed()) peer.contents.ipc.off(receiver.channel, listener);
  };
}

/**
 * Answers requests (`ipcRenderer.invoke`); a refused one is answered with a rejection that tells nothing but
 * that it was refused.
 */
export function answer<T>(
  peer: Peer,
  receiver: Receiver<T>,
  handle: (message: T) => Promise<unknown>,
): () => void {
  peer.contents.ipc.handle(receiver.channel, async (event, ...args) => {
    const message = admit(peer, receiver, event, args);
    if (!message) throw new Error('refused');
    return handle(message.value);
  });
  return () => {
    if (!peer.contents.isDestroyed()) peer.contents.ipc.removeHandler(receiver.channel);
  };
}

/** Sends to the window unless it is gone or between two pages; what it missed it asks for when it is ready. */
export function send(peer: Peer, channel: string, message: unknown): void {
  if (peer.contents.isDestroyed() || peer.contents.isCrashed()) return;
  peer.contents.send(channel, message);
}

function admit<T>(
  peer: Peer,
  receiver: Receiver<T>,
  event: IpcMainEvent | IpcMainInvokeEvent,
  args: readonly unknown[],
): { readonly value: T } | null {
  const { channel, schema, refused } = receiver;
  if (!sentByTopFrame(peer, event)) {
    refused({ window: peer.name, channel, reason: 'foreignSender', at: '' });
    return null;
  }
  const parsed = args.length <= 1 ? schema.safeParse(args[0]) : null;
  if (parsed?.success) return { value: parsed.data };
  const at = parsed?.error.issues[0]?.path.map(String).join('.') ?? 'arguments';
  refused({ window: peer.name, channel, reason: 'wrongShape', at });
  return null;
}

function sentByTopFrame(peer: Peer, event: IpcMainEvent | IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  if (!frame || event.sender.id !== peer.contents.id || frame.parent !== null) return false;
  const url = URL.parse(frame.url);
  return url !== null && `${url.protocol}//${url.host}/` === pageUrl(peer.name);
}
