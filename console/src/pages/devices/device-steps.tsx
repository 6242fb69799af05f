import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { useLocation } from "wouter";
import {
  changeDevice,
  DEVICE_RESOURCES,
  type DeviceChange,
  type DeviceJson,
  deleteDevice,
  renewCredentials,
} from "../../api/devices.ts";
import { Button, type ButtonLook } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { SecretOnce } from "../../ui/secret-once.tsx";
import { useTexts } from "../../ui/texts.ts";
import { toast } from "../../ui/toast.tsx";
import { changesOf } from "./device-draft.ts";
import { DeviceForm } from "./device-form.tsx";
import { editTexts } from "./edit-texts.ts";

type Step = "edit" | "renew" | "remove";

/** What may be done with a device that is there: change it, give it a new password, delete it. */
export function DeviceSteps({ device }: { device: DeviceJson }) {
  const words = useTexts(editTexts);
  const [step, setStep] = useState<Step>();
  const close = () => setStep(undefined);
  return (
    <>
      <Button small look="quiet" onClick={() => setStep("edit")}>
        {words.edit}…
      </Button>
      <Button small look="quiet" onClick={() => setStep("renew")}>
        {words.renew}…
      </Button>
      <Button small look="danger" onClick={() => setStep("remove")}>
        {words.remove}…
      </Button>
      {step === "edit" && <EditDialog device={device} onClose={close} />}
      {step === "renew" && <RenewDialog device={device} onClose={close} />}
      {step === "remove" && <RemoveDialog device={device} onClose={close} />}
    </>
  );
}

interface StepProps {
  readonly device: DeviceJson;
  readonly onClose: () => void;
}

/** Lists and this page show it at once. */
function useDevicesAnew(): () => void {
  const queries = useQueryClient();
  return () => {
    for (const resource of DEVICE_RESOURCES) void queries.invalidateQueries({ queryKey: [resource] });
  };
}

function EditDialog({ device, onClose }: StepProps) {
  const words = useTexts(editTexts);
  const form = useId();
  const anew = useDevicesAnew();
  const change = useMutation({
    mutationFn: (body: DeviceChange) => changeDevice(device.id, body),
    onSuccess: () => {
      anew();
      toast(words.saved);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.editTitle(device.name ?? device.id)}
      actions={
        <>
          <Button onClick={onClose}>{words.keep}</Button>
          <Button type="submit" form={form} look="primary" busy={change.isPending}>
            {words.save}
          </Button>
        </>
      }
    >
      {change.error && <ProblemBanner error={change.error} />}
      <DeviceForm id={form} device={device} onDraft={(draft) => change.mutate(changesOf(device, draft))} />
    </Dialog>
  );
}

interface AskProps {
  readonly title: string;
  readonly about: string;
  readonly back: string;
  readonly go: string;
  readonly look: ButtonLook;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onGo: () => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

const Ask = ({ title, about, back, go, look, busy, error, onGo, onClose, children }: AskProps) => (
  <Dialog
    open
    onClose={onClose}
    title={title}
    about={about}
    actions={
      <>
        <Button onClick={onClose}>{back}</Button>
        <Button look={look} busy={busy} onClick={onGo}>
          {go}
        </Button>
      </>
    }
  >
    {error && <ProblemBanner error={error} />}
    {children}
  </Dialog>
);

function RenewDialog({ device, onClose }: StepProps) {
  const words = useTexts(editTexts);
  const renew = useMutation({ mutationFn: () => renewCredentials(device.id) });
  if (renew.data)
    return (
      <SecretOnce
        title={words.passwordTitle(device.id)}
        about={words.passwordAbout}
        secret={renew.data.password}
        onKept={onClose}
      />
    );
  return (
    <Ask
      title={words.renewTitle(device.name ?? device.id)}
      about={words.renewAbout}
      back={words.renewBack}
      go={words.renewNow}
      look="danger"
      busy={renew.isPending}
      error={renew.error}
      onGo={() => renew.mutate()}
      onClose={onClose}
    />
  );
}

function RemoveDialog({ device, onClose }: StepProps) {
  const words = useTexts(editTexts);
  const anew = useDevicesAnew();
  const called = device.name ?? device.id;
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const [, navigate] = useLocation();
  const remove = useMutation({
    mutationFn: () => deleteDevice(device.id),
    onSuccess: () => {
      toast(words.removed(called));
      navigate("/devices", { replace: true });
      anew();
    },
  });
  return (
    <Ask
      title={words.removeTitle(called)}
      about={words.removeAbout}
      back={words.removeBack}
      go={words.removeNow}
      look="danger"
      busy={remove.isPending}
      error={remove.error}
      onGo={() => {
        const same = typed.trim() === called;
        setWrong(!same);
        if (same) remove.mutate();
      }}
      onClose={onClose}
    >
      <TextField
        label={words.typeName(called)}
        value={typed}
        autoComplete="off"
        onChange={(event) => setTyped(event.target.value)}
        error={wrong ? words.nameWrong : undefined}
      />
    </Ask>
  );
}
