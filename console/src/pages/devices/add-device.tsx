import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useId, useState } from "react";
import { useLocation } from "wouter";
import { createDevice, DEVICE_RESOURCES } from "../../api/devices.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { SecretOnce } from "../../ui/secret-once.tsx";
import { useTexts } from "../../ui/texts.ts";
import { toast } from "../../ui/toast.tsx";
import { DeviceForm } from "./device-form.tsx";
import { editTexts } from "./edit-texts.ts";

/** Adds a device, shows its password once, and goes to its page. */
export function AddDevice() {
  const words = useTexts(editTexts);
  const queries = useQueryClient();
  const form = useId();
  const [open, setOpen] = useState(false);
  const [, navigate] = useLocation();
  const add = useMutation({
    mutationFn: createDevice,
    onSuccess: async ({ device }) => {
      setOpen(false);
      toast(words.added(device.name ?? device.id));
      for (const resource of DEVICE_RESOURCES) void queries.invalidateQueries({ queryKey: [resource] });
    },
  });
  const close = () => {
    setOpen(false);
    add.reset();
  };
  const made = add.data;
  return (
    <>
      <Button look="primary" small onClick={() => setOpen(true)}>
        <Plus aria-hidden />
        {words.add}
      </Button>
      {open && (
        <Dialog
          open
          onClose={close}
          title={words.addTitle}
          about={words.addAbout}
          actions={
            <>
              <Button onClick={close}>{words.back}</Button>
              <Button type="submit" form={form} look="primary" busy={add.isPending}>
                {words.addNow}
              </Button>
            </>
          }
        >
          {add.error && <ProblemBanner error={add.error} />}
          <DeviceForm id={form} onDraft={(draft) => add.mutate(draft)} />
        </Dialog>
      )}
      {made && (
        <SecretOnce
          title={words.passwordTitle(made.credentials.username)}
          about={words.passwordAbout}
          secret={made.credentials.password}
          onKept={() => {
            add.reset();
            navigate(`/devices/${encodeURIComponent(made.device.id)}`);
          }}
        />
      )}
    </>
  );
}
