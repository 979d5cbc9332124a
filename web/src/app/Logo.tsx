/** The drop of the icon. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 512 512" aria-hidden="true">
      <rect width="512" height="512" rx="116" fill="#0f6b5c" />
      <path d="M256 116c62 66 104 118 104 178a104 104 0 0 1-208 0c0-60 42-112 104-178Z" fill="#faf8f4" />
      <path d="M204 300a52 52 0 0 0 104 0" fill="none" stroke="#0f6b5c" strokeWidth="24" strokeLinecap="round" />
    </svg>
  );
}
