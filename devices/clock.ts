/** Time as a device adapter needs it; tests hand in a clock that they move themselves. */
export interface DeviceClock {
  /** Monotonic milliseconds. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
