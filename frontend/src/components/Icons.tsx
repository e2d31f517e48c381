import type { ReactNode } from 'react';
import type { Call } from '../api/types';

function Icon({ children, className = 'size-4' }: { children: ReactNode; className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      className={`shrink-0 ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

const CALL_PATHS: Readonly<Record<Call, string>> = {
  up: 'M8 13V3M3.5 7.5 8 3l4.5 4.5',
  down: 'M8 3v10M3.5 8.5 8 13l4.5-4.5',
  abstain: 'M3.5 8h9',
};

export function CallIcon({ call, className = 'size-4' }: { call: Call; className?: string }) {
  return (
    <Icon className={className}>
      <path d={CALL_PATHS[call]} />
    </Icon>
  );
}

export function WarningIcon() {
  return (
    <Icon>
      <path d="M8 2.2 14.4 13.3H1.6L8 2.2ZM8 6.4v3.2M8 11.6v.1" />
    </Icon>
  );
}

export function NoteIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M8 7.3v3.9M8 4.9v.1" />
    </Icon>
  );
}

export function ChevronIcon({ open }: { open: boolean }) {
  return (
    <Icon className={`size-4 transition-transform ${open ? 'rotate-180' : ''}`}>
      <path d="m3.5 6 4.5 4.5L12.5 6" />
    </Icon>
  );
}

export function Mark() {
  return (
    <svg viewBox="0 0 32 32" className="size-8 shrink-0" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#1d4ed8" />
      <path
        d="M6 21l6-6 4 4 10-11"
        fill="none"
        stroke="#fff"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="26" cy="8" r="2.5" fill="#fff" />
    </svg>
  );
}
