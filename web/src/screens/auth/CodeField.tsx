import { TextField } from "../../design/Field";

/** A code of six digits, which a phone can fill in by itself. */
export function CodeField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (code: string) => void;
}) {
  return (
    <TextField
      label={label}
      value={value}
      onChange={(event) => onChange(event.target.value.replace(/\D/g, "").slice(0, 6))}
      className="input code-input"
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern="\d{6}"
      required
    />
  );
}
