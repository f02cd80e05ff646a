// One simulated device: an ordinary MQTT client with its own identity. It keeps what was not acknowledged.
import { randomUUID } from 'node:crypto'
import mqtt, { type MqttClient } from 'mqtt'
import { Value } from 'typebox/value'
import type { DemoDevice } from '#contract/demo.ts'
import { CommandMessage } from '#contract/messages.ts'
import { topicOf, type UpKind } from '#contract/topics.ts'

export type SimulatedDevice = {
  device: DemoDevice
  /** Resolves with the broker's acknowledgement. Adds id, boot, seq, and the time unless the body has one. */
  say(kind: UpKind, body: Record<string, unknown>): Promise<void>
  /** Pulls the plug: no farewell, so the broker publishes the last will. */
  cut(): void
  plugIn(): void
  close(): Promise<void>
}

export type DeviceOptions = {
  url: string
  device: DemoDevice
  onCommand: (device: DemoDevice, command: CommandMessage) => void
}

/** Does not wait for the connection: what is said before it stands in the client's own queue. */
export function createDevice({ url, device, onCommand }: DeviceOptions): SimulatedDevice {
  const boot = randomUUID().slice(0, 8)
  let seq = 0
  const envelope = () => ({ id: randomUUID(), boot, seq: (seq += 1), time: Date.now() })
  const client = connect(url, device, boot)
  client.on('connect', () => {
    client.subscribe(topicOf(device.serial, 'cmd'), { qos: 1 })
    publish(client, device, 'state', { ...envelope(), online: true }).catch(ignoreClosing)
  })
  client.on('message', (_topic, payload) => {
    const command: unknown = parse(payload)
    if (!Value.Check(CommandMessage, command)) return
    onCommand(device, command)
    publish(client, device, 'result', { ...envelope(), command: command.id, result: 'done' }).catch(
      ignoreClosing,
    )
  })
  client.on('error', () => {
    // mqtt.js reconnects by itself; whoever waits for say() sees the delay
  })
  return {
    device,
    say: (kind, body) => publish(client, device, kind, { ...envelope(), ...body }),
    cut: () => {
      client.options.reconnectPeriod = 0
      client.stream?.destroy()
    },
    plugIn: () => {
      client.options.reconnectPeriod = 1000
      client.reconnect()
    },
    close: () => client.endAsync(true),
  }
}

const connect = (url: string, device: DemoDevice, boot: string): MqttClient =>
  mqtt.connect(url, {
    clientId: `${device.serial}.${boot}`,
    username: device.serial,
    password: device.secret,
    clean: true,
    keepalive: 60,
    reconnectPeriod: 1000,
    will: {
      topic: topicOf(device.serial, 'state'),
      payload: Buffer.from(JSON.stringify({ online: false })),
      qos: 1,
      retain: false,
    },
  })

const publish = async (
  client: MqttClient,
  device: DemoDevice,
  kind: UpKind,
  body: Record<string, unknown>,
): Promise<void> => {
  await client.publishAsync(topicOf(device.serial, kind), JSON.stringify(body), { qos: 1 })
}

/** A device that is being switched off has nobody to tell that its last word was not heard. */
const ignoreClosing = (): void => {}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'))
  } catch {
    return undefined
  }
}
