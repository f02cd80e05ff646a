// Devices of a story, as any outside client: mosquitto_pub where it is installed, else the same bytes.
import { spawnSync } from 'node:child_process'
import mqtt from 'mqtt'
import type { DemoDevice, DemoResident } from '../../server/contract/demo.ts'
import { topicOf, type UpKind } from '../../server/contract/topics.ts'
import type { House } from './house.ts'

const hasMosquitto = spawnSync('mosquitto_pub', ['--help']).error === undefined

/** Publishes one message of this device and waits for its acknowledgement. */
export async function say(house: House, device: DemoDevice, kind: UpKind, body: object): Promise<void> {
  const message = JSON.stringify(body)
  if (hasMosquitto) return byMosquitto(house, device, { topic: topicOf(device.serial, kind), message })
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${house.mqttPort}`, {
    clientId: `story-${device.serial}`,
    username: device.serial,
    password: device.secret,
  })
  await client.publishAsync(topicOf(device.serial, kind), message, { qos: 1 })
  await client.endAsync()
}

function byMosquitto(
  { mqttPort }: House,
  { serial, secret }: DemoDevice,
  { topic, message }: { topic: string; message: string },
): void {
  const address = ['-h', '127.0.0.1', '-p', String(mqttPort), '-i', `story-${serial}`]
  const done = spawnSync('mosquitto_pub', [
    ...address,
    '-u',
    serial,
    '-P',
    secret,
    '-q',
    '1',
    '-t',
    topic,
    '-m',
    message,
  ])
  if (done.status !== 0) throw new Error(`mosquitto_pub: ${done.stderr.toString()}`)
}

export function deviceOf(house: House, resident: DemoResident, kind: DemoDevice['kind']): DemoDevice {
  const found = house.world.devices.find(
    (device) =>
      device.homeId === resident.homeId &&
      device.kind === kind &&
      (device.residentId === null || device.residentId === resident.id),
  )
  if (!found) throw new Error(`${resident.name} has no ${kind}`)
  return found
}

/** Her button, else her curtain. */
export function press(house: House, resident: DemoResident): Promise<void> {
  const own = house.world.devices.find(
    ({ residentId, kind }) => residentId === resident.id && (kind === 'button' || kind === 'curtain'),
  )
  if (!own) throw new Error(`${resident.name} has no button`)
  return say(house, own, 'checkin', {})
}

export function playing(house: House, part: DemoResident['part']): DemoResident {
  const found = house.world.residents.find((resident) => resident.part === part)
  if (!found) throw new Error(`nobody plays ${part}`)
  return found
}
