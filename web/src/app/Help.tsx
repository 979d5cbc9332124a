import { Sheet } from "../design/Sheet";
import type { TextKey } from "../i18n/en";
import { useWords } from "../i18n/language";

const KEYS: [keys: string[], text: TextKey][] = [
  [["n"], "keys.new"],
  [["/"], "keys.search"],
  [["j", "k"], "keys.move"],
  [["Enter"], "keys.open"],
  [["e"], "keys.edit"],
  [["⌫"], "keys.delete"],
  [["?"], "keys.help"],
];

/** The keys that do something. */
export default function Help({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  return (
    <Sheet title={t("keys.title")} onClose={onClose}>
      <ul className="stack" style={{ gap: 12 }}>
        {KEYS.map(([keys, text]) => (
          <li key={text} className="spread">
            <span>{t(text)}</span>
            <span className="row" style={{ gap: 6 }}>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
