interface ChipSelectProps<Value extends string> {
  label: string;
  value: Value;
  options: { value: Value; text: string }[];
  onChange: (value: Value) => void;
}

/** A choice that takes no more room than what is chosen. */
export function ChipSelect<Value extends string>({ label, value, options, onChange }: ChipSelectProps<Value>) {
  return (
    <select
      className="chip"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value as Value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.text}
        </option>
      ))}
    </select>
  );
}
