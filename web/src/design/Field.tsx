import { type ComponentProps, type ReactNode, useId } from "react";

interface FieldProps {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
}

/** A labelled input; what is wrong with it is said to screen readers, too. */
export function TextField({ label, hint, error, ...input }: FieldProps & ComponentProps<"input">) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        aria-invalid={error !== undefined}
        aria-describedby={(error ?? hint) ? `${id}-about` : undefined}
        {...input}
      />
      <About id={id} hint={hint} error={error} />
    </div>
  );
}

export function SelectField({ label, hint, error, children, ...select }: FieldProps & ComponentProps<"select">) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" aria-describedby={(error ?? hint) ? `${id}-about` : undefined} {...select}>
        {children}
      </select>
      <About id={id} hint={hint} error={error} />
    </div>
  );
}

function About({ id, hint, error }: { id: string; hint: string | undefined; error: string | undefined }) {
  if (error === undefined && hint === undefined) return null;
  return (
    <span id={`${id}-about`} className={error === undefined ? "hint" : "error"}>
      {error ?? hint}
    </span>
  );
}

/** A choice of few, all in view. */
export function Segmented<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: { value: Value; text: ReactNode }[];
  onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset>
      <legend className="only-read">{label}</legend>
      <div className="segmented">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {option.text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
