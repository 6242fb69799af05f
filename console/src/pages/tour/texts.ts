import { defineTexts } from "../../ui/texts.ts";

export const tourTexts = defineTexts(
  {
    title: "两分钟认识平台",
    about: "从一只燃气表报漏，到村里听见广播",
    progress: (done: number, all: number) => `${done} / ${all} 步`,
    loading: "正在读取",
    open: "打开导览",
    dismiss: "不再显示",
    next: (step: string) => `下一步：${step}`,
    finished: "全部走完了。",
    noDemo: "这里不是演示平台，没有导览。",
    done: "已完成",
    now: "现在这一步",
    later: "还没到",
    you: "就是你",
    signInAs: (name: string) => `请以${name}登录`,
    go: "去看",
    steps: {
      leak: {
        title: "一只燃气表报漏",
        text: "表自己发现流量不停，经网关报给平台；平台先落库，再升起一条紧急告警。演示自己会产生，几十秒内出现。",
      },
      draft: {
        title: "平台提议一则广播",
        text: "按设置，燃气泄漏会提议一则预警草稿：事件、级别、所在的村都已填好，旁边列出最近的三个摄像机。它不会自己响。",
      },
      submit: {
        title: "调度员核对并提交",
        text: "看清会响几只喇叭、哪些村听不到，亲手输入喇叭数，再提交。自己提交的不能自己批。",
      },
      approve: {
        title: "审批员批准并播发",
        text: "第二个人看到同样的内容和此刻重新算过的覆盖，再输入一次喇叭数。批准后几秒内开始播放。",
      },
      sound: {
        title: "喇叭证实发声",
        text: "“已发声”是喇叭用功放电流和声级证明过的，不是“已发送”。数字随实时事件变化。",
      },
      coverage: {
        title: "看清谁没听到",
        text: "播完后逐村列出：确认无声、无喇叭、未证实。故障的喇叭一目了然，可以重试、发解除，打印报告。",
      },
    },
    people: "四个人",
    peopleAbout: "登录不同的人，看到的按钮不同",
    user: "账号",
    password: "密码",
    roles: {
      dispatcher: "写广播、提交；不能批准",
      "duty-officer": "值班；十万火急时走绿色通道，事后要复核",
      approver: "批准、退回或驳回；事后复核绿色通道",
      operator: "管设备、确认告警，看数据质量",
    } as Readonly<Record<string, string>>,
    signOut: "换一个人登录",
  },
  {
    title: "The platform in two minutes",
    about: "From a gas meter that leaks to a village that has heard",
    progress: (done: number, all: number) => `${done} of ${all} steps`,
    loading: "Loading",
    open: "Open the tour",
    dismiss: "Do not show again",
    next: (step: string) => `Next: ${step}`,
    finished: "That was all of it.",
    noDemo: "This is no demo, so there is no tour.",
    done: "done",
    now: "this one now",
    later: "not yet",
    you: "that is you",
    signInAs: (name: string) => `sign in as ${name}`,
    go: "Have a look",
    steps: {
      leak: {
        title: "A gas meter reports a leak",
        text: "The meter finds flow that never pauses and reports it through its gateway; the platform stores it, then raises a critical alarm. The demo makes one by itself within a minute.",
      },
      draft: {
        title: "The platform proposes a broadcast",
        text: "As it was set up, a leak proposes the draft of a warning: event, level and village are filled in, the three nearest cameras named. It does not sound by itself.",
      },
      submit: {
        title: "The dispatcher checks and submits",
        text: "How many speakers would sound, which villages hear nothing; the number of speakers is typed by hand. Nobody approves what is their own.",
      },
      approve: {
        title: "The approver lets it sound",
        text: "A second person sees the same text, and the coverage computed anew, and types the number again. Speakers sound within seconds.",
      },
      sound: {
        title: "Speakers prove that they sound",
        text: '"Sounded" is proven by the amplifier\'s current and the sound level; it is not "sent". Numbers follow live events.',
      },
      coverage: {
        title: "See who heard nothing",
        text: "At the end each village is named: silent for certain, no speaker, not proven. Broken speakers stand out; retry, give the all-clear, print the report.",
      },
    },
    people: "Four people",
    peopleAbout: "Each of them sees other buttons",
    user: "User",
    password: "Password",
    roles: {
      dispatcher: "writes and submits broadcasts; does not approve",
      "duty-officer": "on duty; may take the green channel, which is reviewed afterwards",
      approver: "approves, returns or rejects; reviews the green channel",
      operator: "looks after devices, alarms and data quality",
    } as Readonly<Record<string, string>>,
    signOut: "Sign in as another",
  },
);
