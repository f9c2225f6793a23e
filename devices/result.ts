/**
 * Expected outcomes are values; bugs throw.
 *
 * Every command to a device, the bureau or the payment provider answers a `Result`: the caller has to
 * look at `ok` before it can reach the value, so a failure that can happen in a hall is never an
 * exception somebody forgot to catch.
 */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });
export const fail = <E>(error: E): Result<never, E> => ({ ok: false, error });
