// docs/protocol.md as a function of the contract, so that the page can never say something else than the code.
import { upMessages, AckMessage, CommandMessage } from './messages.ts'
import { readingUnits } from './primitives.ts'
import { topicOf, upKinds, type UpKind } from './topics.ts'

const serial = 'button-3f9a1c20'
const when = 1_795_305_600_000

const meaning: Record<UpKind, { zh: string; en: string; example: object }> = {
  checkin: {
    zh: '报平安：按钮或窗帘。',
    en: 'Good morning, by button or curtain. `edge` is only needed where a device does both halves of the day.',
    example: { id: '7c1e-41', boot: '7c1e', seq: 41, time: when, via: 'button' },
  },
  readings: {
    zh: '读数：单位固定，缓存的旧读数各带自己的时间。',
    en: `Measured values in the one unit of each kind: ${Object.entries(readingUnits)
      .map(([kind, unit]) => `\`${kind}\` in ${unit}`)
      .join(
        ', ',
      )}. Buffered values carry their own \`time\`. A value that cannot be is refused by itself; the others count.`,
    example: {
      id: 'c07e-812',
      boot: 'c07e',
      seq: 812,
      time: when,
      values: [
        { kind: 'co', value: 12 },
        { kind: 'temperature', value: 19.5 },
      ],
    },
  },
  alarm: {
    zh: '探测器自己的报警：电平，不是边沿。断线后先报现在的电平，再补发过去的。',
    en: "The detector's own judgement: a level, so an unchanged one opens nothing new. `flags.test` marks a self-test. After a time without a connection tell the level of now first, then past ones with their own `time`: a past alarm that nothing newer has ended rings as a live one.",
    example: { id: 'c07e-813', boot: 'c07e', seq: 813, time: when, kind: 'co', active: true },
  },
  sos: {
    zh: '呼救：按一下就算，不可取消成沉默。',
    en: 'One press, no confirmation. A `cancelled` one still gets a human voice.',
    example: { id: '7c1e-42', boot: '7c1e', seq: 42, time: when },
  },
  activity: {
    zh: '屋内动静：不算报平安，只说明有人在动。',
    en: 'A sign of life from indoors that is not a check-in.',
    example: { id: '90ab-77', boot: '90ab', seq: 77, time: when, kind: 'motion' },
  },
  heartbeat: {
    zh: '心跳与电量。',
    en: 'Alive, with battery and flags.',
    example: { id: '7c1e-3', boot: '7c1e', seq: 3, time: when, battery: 88 },
  },
  state: {
    zh: '上线与遗嘱。',
    en: 'Sent on connecting with `online: true`; left as the last will with `online: false`.',
    example: { online: false },
  },
  result: {
    zh: '对命令的回答。',
    en: 'What became of a command.',
    example: { id: 'r-1', time: when, command: 118, result: 'done' },
  },
}

/** The whole page, in Markdown. */
export const protocolText = (): string => [introduction, ...upKinds.map(upSection), downSections].join('\n')

const introduction = `# MQTT protocol v1 (原生协议)

This page is printed from \`server/contract\` (\`UPDATE_DOCS=1 npx vitest run server/contract\`); a test compares them.

**Broker**: MQTT 3.1.1 over TCP, port \`MQTT_PORT\` (1883). Devices publish with QoS 1. QoS 2 is taken as at least once; nothing is retained.

**Identity**: user name = the serial printed on the device, password = its secret (random, at least 128 bits; the server keeps only its SHA-256). The client id is free, but must not be empty. A device may publish only under its own serial and subscribe only to its own \`cmd\` and \`ack\`.

**Topics**: \`cp/v1/<shard>/<serial>/<kind>\`, where shard is the first two hex digits of SHA-256 of the serial. A topic never changes when a device moves to another home.

**Acknowledged means stored**: PUBACK is sent after the message and everything it caused is committed. A message with an \`id\` is also acknowledged on \`…/ack\` once it is stored; on an external broker that is the acknowledgement that counts. Keep a message until then and send it again with the same \`id\`: it is stored once.

**Every body** is JSON and may carry:

| member | meaning |
|---|---|
| \`id\` | globally unique, up to 64 characters; de-duplicates redelivery. Without it each delivery is a new message. A counter alone starts again with the device: put \`boot\` before it. Under an id that it heard before the server takes for another message what is of another kind, or of another \`time\` (unless \`boot\` and \`seq\` are the same), or without a clock of another \`boot\` or \`seq\` |
| \`boot\`, \`seq\` | a text that changes with each start, and a counter: they only show gaps; a device that starts again at 1 loses nothing |
| \`time\` | the device's clock, epoch milliseconds. It judges if plausible (at most 2 min ahead, 72 h behind), else the time of receipt does |

Unknown members are ignored. **A body that cannot be read, from an authenticated device, on \`checkin\`, \`alarm\` or \`sos\` still counts as that sign** (and is shown to staff as unreadable): the cheapest button may send an empty body. A retained check-in, or one older than 24 h, counts as no check-in. What is refused is counted and shown to staff with its reason, and never stops the valid messages around it.
`

function upSection(kind: UpKind): string {
  const { zh, en, example } = meaning[kind]
  const topic = topicOf(serial, kind)
  return `## \`${kind}\`

${zh} ${en}

\`\`\`sh
mosquitto_pub -h 127.0.0.1 -p 1883 -i my-${kind} -u ${serial} -P "$SECRET" -q 1 -t ${topic} -m '${JSON.stringify(example)}'
\`\`\`

${schema(upMessages[kind])}
`
}

const schema = (value: unknown): string => `<details><summary>JSON schema</summary>

\`\`\`json
${JSON.stringify(value, null, 2)}
\`\`\`

</details>`

const downSections = `## To the device: \`ack\`

"We have it": sent after the commit, for each message that carried an \`id\`.

\`\`\`json
${JSON.stringify({ id: 'b1f0c9d2-1', storedAt: when + 12 })}
\`\`\`

${schema(AckMessage)}

## To the device: \`cmd\`

\`remind\` (the pact is due), \`comfort\` (somebody is coming), \`alarm\` (danger in your home), \`mute\` (be silent: gas). A command has an expiry; one that could not be delivered before it is dropped. A \`remind\` to a device of one resident's own says \`by\`, how they are reached: \`phone\` and \`recording\` may speak, \`light\` and \`vibration\` must reach somebody who hears nothing, \`visit\` is only shown. Answer with \`result\`.

\`\`\`json
${JSON.stringify({ id: 118, kind: 'remind', expiresAt: when + 600_000, text: '李奶奶，早上好，按一下报个平安吧', by: 'light' })}
\`\`\`

${schema(CommandMessage)}
`
