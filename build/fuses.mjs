/** The fuses of a shipped terminal, read from the executable itself. */
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';

/** What an executable that stands in a hall must have. */
export const shippedFuses = new Map([
  [FuseV1Options.RunAsNode, FuseState.DISABLE],
  [FuseV1Options.EnableCookieEncryption, FuseState.ENABLE],
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable, FuseState.DISABLE],
  [FuseV1Options.EnableNodeCliInspectArguments, FuseState.DISABLE],
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseState.ENABLE],
  [FuseV1Options.OnlyLoadAppFromAsar, FuseState.ENABLE],
  [FuseV1Options.GrantFileProtocolExtraPrivileges, FuseState.DISABLE],
]);

/**
 * Names of the fuses that are set otherwise than a shipped terminal's must be.
 *
 * @param {string} executable
 * @returns {Promise<string[]>}
 */
export async function wrongFuses(executable) {
  const wire = await getCurrentFuseWire(executable);
  return [...shippedFuses]
    .filter(([fuse, state]) => wire[fuse] !== state)
    .map(([fuse]) => FuseV1Options[fuse]);
}
