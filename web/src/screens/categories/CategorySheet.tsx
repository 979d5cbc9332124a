import { type FormEvent, useState } from "react";
import { type Category, client, idempotent, unwrap } from "../../api/client";
import { queryClient } from "../../api/queryClient";
import { toast } from "../../app/toasts";
import { useAction } from "../../app/useAction";
import { useSession } from "../../auth/useSession";
import { TextField } from "../../design/Field";
import { categoryIcons } from "../../design/icons";
import { Sheet } from "../../design/Sheet";
import { useWords } from "../../i18n/language";
import { FormError } from "../auth/AuthPage";

/** A new category; or the name and the icon of one. */
export function CategorySheet({
  category,
  type,
  onClose,
}: {
  category: Category | undefined;
  type: Category["type"];
  onClose: () => void;
}) {
  const { t } = useWords();
  const userId = useSession()?.userId ?? "";
  const [name, setName] = useState(category?.name ?? "");
  const [icon, setIcon] = useState(category?.icon ?? "category");
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["categories", userId] });
  const create = (body: { name: string; type: Category["type"]; icon: string }) =>
    unwrap(client.POST("/categories/{user_id}", { params: { path: { user_id: userId }, ...idempotent() }, body }));
  const save = useAction(async () => {
    if (category === undefined) await create({ name: name.trim(), type, icon });
    else {
      const path = { user_id: userId, category_id: category.category_id };
      await unwrap(
        client.PUT("/categories/{user_id}/{category_id}", { params: { path }, body: { name: name.trim(), icon } }),
      );
    }
    await refresh();
    onClose();
  });
  const remove = useAction(async () => {
    if (category === undefined) return;
    const path = { user_id: userId, category_id: category.category_id };
    await unwrap(client.DELETE("/categories/{user_id}/{category_id}", { params: { path } }));
    toast(t("category.deleted", { name: category.name }));
    await refresh();
    onClose();
  });
  const known = Object.entries(categoryIcons);
  return (
    <Sheet title={category ? category.name : t("categories.add")} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void save.start();
        }}
      >
        <TextField
          label={t("category.name")}
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
        />
        <fieldset className="field">
          <legend className="label">{t("category.icon")}</legend>
          <div className="icon-grid">
            {known.map(([option, Icon]) => (
              <label key={option}>
                <input
                  type="radio"
                  name="icon"
                  value={option}
                  aria-label={option.replaceAll("_", " ")}
                  checked={option === icon}
                  onChange={() => setIcon(option)}
                />
                <Icon size={22} aria-hidden="true" />
              </label>
            ))}
          </div>
        </fieldset>
        {category && (
          <>
            <p className="soft small">{t("category.delete_hint")}</p>
            <button
              type="button"
              className="button danger wide"
              disabled={remove.busy}
              onClick={() => void remove.start()}
            >
              {t("common.delete")}
            </button>
          </>
        )}
        <div className="sheet-foot">
          <FormError text={save.error ?? remove.error} />
          <button type="submit" className="button primary wide" disabled={save.busy}>
            {t("common.save")}
          </button>
        </div>
      </form>
    </Sheet>
  );
}
