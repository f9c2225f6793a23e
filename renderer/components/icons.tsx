/** Line icons on a 48-unit grid; they take the colour of the text beside them and say nothing by themselves. */
import type { ReactNode } from 'react';

function Icon({ children, name }: { readonly children: ReactNode; readonly name: string }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const LanguageIcon = () => (
  <Icon name="language">
    <circle cx="24" cy="24" r="18" />
    <path d="M6 24h36M24 6c6 5 8 11 8 18s-2 13-8 18c-6-5-8-11-8-18s2-13 8-18z" />
  </Icon>
);
export const LargeTextIcon = () => (
  <Icon name="large-text">
    <path d="M4 40 15 10h2l11 30M8 30h16M28 40l7-19h2l7 19M31 34h10" />
  </Icon>
);
export const ContrastIcon = () => (
  <Icon name="contrast">
    <circle cx="24" cy="24" r="18" />
    <path className="icon-solid" d="M24 6a18 18 0 0 1 0 36z" />
  </Icon>
);
export const LowReachIcon = () => (
  <Icon name="low-reach">
    <path d="M24 6v24M14 21l10 10 10-10M8 41h32" />
  </Icon>
);
export const LeaveIcon = () => (
  <Icon name="leave">
    <path d="M28 14V7H8v34h20v-7M18 24h24M34 16l8 8-8 8" />
  </Icon>
);
export const StaffIcon = () => (
  <Icon name="staff">
    <path d="M7 34c0-9.4 7.6-17 17-17s17 7.6 17 17zM4 40h40M24 17v-5M19 10h10" />
  </Icon>
);
export const TickIcon = () => (
  <Icon name="tick">
    <path d="m9 25 10 10 20-22" />
  </Icon>
);
export const WarningIcon = () => (
  <Icon name="warning">
    <path d="M24 6 44 41H4zM24 19v10M24 34v2" />
  </Icon>
);
export const ErrorIcon = () => (
  <Icon name="error">
    <path d="M16 5h16l11 11v16L32 43H16L5 32V16zM24 14v13M24 33v2" />
  </Icon>
);
export const BackIcon = () => (
  <Icon name="back">
    <path d="M42 24H8M20 10 6 24l14 14" />
  </Icon>
);
export const BackspaceIcon = () => (
  <Icon name="backspace">
    <path d="M16 10h28v28H16L4 24zM23 18l12 12M35 18 23 30" />
  </Icon>
);
export const CardIcon = () => (
  <Icon name="card">
    <rect x="4" y="9" width="40" height="30" rx="5" />
    <path d="M4 18h40M10 31h10" />
  </Icon>
);
export const FaceIcon = () => (
  <Icon name="face">
    <path d="M4 14V4h10M34 4h10v10M44 34v10H34M14 44H4V34" />
    <circle cx="24" cy="19" r="7" />
    <path d="M12 38c1-7 6-10 12-10s11 3 12 10" />
  </Icon>
);
export const ClockIcon = () => (
  <Icon name="clock">
    <circle cx="24" cy="24" r="18" />
    <path d="M24 13v11l8 6" />
  </Icon>
);
export const ShieldIcon = () => (
  <Icon name="shield">
    <path d="M24 4 41 10v13c0 11-8 18-17 21C15 41 7 34 7 23V10zM16 24l6 6 11-12" />
  </Icon>
);
export const PersonIcon = () => (
  <Icon name="person">
    <circle cx="24" cy="14" r="9" />
    <path d="M6 44c1-11 8-17 18-17s17 6 18 17" />
  </Icon>
);
export const CounterIcon = () => (
  <Icon name="counter">
    <path d="M4 28h40M8 28v15M40 28v15M13 28c0-7 4-11 11-11s11 4 11 11" />
    <circle cx="24" cy="10" r="6" />
  </Icon>
);
