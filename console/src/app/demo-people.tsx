import { useMutation } from "@tanstack/react-query";
import type { components } from "../api/schema.ts";
import { signIn } from "../api/session.ts";
import { Button } from "../ui/button.tsx";
import { ProblemBanner } from "../ui/problem-view.tsx";
import { defineTexts, useTexts } from "../ui/texts.ts";
import styles from "./demo-people.module.css";
import { shellTexts } from "./shell-texts.ts";

type DemoJson = NonNullable<components["schemas"]["Console"]["demo"]>;
type DemoPersonJson = DemoJson["people"][number];

const texts = defineTexts(
  {
    title: "演示里的人",
    about: "先以调度员进来，两分钟走完：漏气告警、拟稿、审批、发声、覆盖。",
    enter: "进入",
    enterAs: (name: string) => `以${name}的身份进入`,
    terminal: "密码在启动演示的终端里。",
    does: {
      dispatcher: "拟稿并提交广播",
      "duty-officer": "紧急时走绿色通道",
      approver: "审批广播",
      operator: "看护设备、确认告警",
      auditor: "查谁做了什么",
      viewer: "看本公司的燃气表",
      administrator: "管理人员和租户",
    } as Readonly<Record<string, string>>,
  },
  {
    title: "People of the demo",
    about:
      "Come in as the dispatcher first; two minutes lead from a leak to a draft, its approval, sound and coverage.",
    enter: "Enter",
    enterAs: (name: string) => `Enter as ${name}`,
    terminal: "Their passwords stand in the terminal that started the demo.",
    does: {
      dispatcher: "Writes and submits broadcasts",
      "duty-officer": "Uses the green channel when it is urgent",
      approver: "Approves broadcasts",
      operator: "Looks after devices and alarms",
      auditor: "Reads who did what",
      viewer: "Looks at the company's meters",
      administrator: "Administers people and tenants",
    } as Readonly<Record<string, string>>,
  },
);

/** Who may sign in to the demo, and what each does. On the demo's own machine one press signs in. */
export function DemoPeople({ demo, onDone }: { demo: DemoJson; onDone: () => void }) {
  const words = useTexts(texts);
  const { roles } = useTexts(shellTexts);
  const enter = useMutation({
    mutationFn: ({ id, password }: DemoPersonJson) => signIn({ username: id, password: password ?? "" }),
    onSuccess: onDone,
  });
  return (
    <section className={styles.people} aria-labelledby="demo-people">
      <h2 id="demo-people">{words.title}</h2>
      <p>{words.about}</p>
      {enter.error && <ProblemBanner error={enter.error} />}
      <ul>
        {demo.people.map((person) => (
          <li key={person.id}>
            <span className={styles.who}>
              <b>{person.name}</b> {roles[person.role] ?? person.role}
              <span className={styles.does}>{words.does[person.role] ?? ""}</span>
            </span>
            {person.password === null ? (
              <code>{person.id}</code>
            ) : (
              <Button
                small
                busy={enter.isPending && enter.variables.id === person.id}
                aria-label={words.enterAs(person.name)}
                onClick={() => enter.mutate(person)}
              >
                {words.enter}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {demo.people.some(({ password }) => password === null) && <p>{words.terminal}</p>}
    </section>
  );
}
