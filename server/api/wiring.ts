// What a device hangs on (gateway, network) and where a home is (building, door, flue): what falls silent together has one
// cause (domain/group.ts), and CO warns the homes above, below and on the same flue (safety 12).
import { announce } from '#db/event-log.ts'
import type { Database } from '#db/database.ts'
import { writeAudit } from './audit-store.ts'
import type { Handlers } from './handler.ts'
import { refused } from './refusals.ts'
import { findDevice, findGateway, fits, lockHome, writeLine, writePlace } from './wiring-store.ts'

export function wiringHandlers({ db }: { db: Database }): Pick<Handlers, 'wireDevice' | 'placeHome'> {
  return {
    wireDevice: ({ params, body, personId, now }) =>
      db.transaction(async (tx) => {
        const device = await findDevice(tx, params.id)
        if (!device) return refused('not_found')
        const { id: deviceId, communityId, homeId, origin } = device
        const serial = textOr(body.gateway)
        if (serial !== null && device.kind === 'gateway') return refused('bad_request', behindItself)
        const gateway = serial === null ? null : await findGateway(tx, { serial, communityId, origin })
        if (gateway === undefined) return refused('bad_request', noSuchGateway)
        const gatewayId = gateway?.id ?? null
        const carrier = textOr(body.carrier)
        await writeLine(tx, { deviceId, gatewayId, carrier })
        const detail = { deviceId, gatewayId, carrier }
        await writeAudit(tx, { now, personId, what: 'deviceWired', communityId, homeId, detail })
        announce(tx, { communityId, kind: 'home', id: homeId })
        return { ok: true as const }
      }),

    placeHome: ({ params, body, personId, now }) =>
      db.transaction(async (tx) => {
        const home = await lockHome(tx, params.id)
        if (!home) return refused('not_found')
        const [room, label, address] = [body.room.trim(), body.label.trim(), body.address.trim()]
        if ([room, label, address].includes('')) return refused('bad_request')
        const place = { ...body, room, label, address, flue: textOr(body.flue) }
        const answer = await fits(tx, home, place)
        if (answer !== 'yes')
          return answer === 'taken' ? refused('not_allowed_now', taken) : refused('bad_request', noSuchDoor)
        await writePlace(tx, home.id, place)
        const { communityId, id: homeId } = home
        const { buildingId, unit, floor } = place
        await writeAudit(tx, {
          now,
          personId,
          what: 'homePlaced',
          communityId,
          homeId,
          detail: { buildingId, unit, floor },
        })
        announce(tx, { communityId, kind: 'home', id: homeId })
        return { ok: true as const }
      }),
  }
}

const textOr = (text: string | null): string | null => text?.trim() || null

const noSuchGateway = {
  zh: '本社区没有登记这个网关，请核对网关上的序列号。',
  en: 'No gateway of this serial is registered in this community. Please check the number on the gateway.',
}
const behindItself = {
  zh: '网关自己不经过别的网关；请只填它用哪家网络。',
  en: 'A gateway speaks for itself: please give only the network it uses.',
}
const noSuchDoor = {
  zh: '这栋楼没有这个单元或楼层，请核对。',
  en: 'This building has no such unit or floor. Please check.',
}
const taken = {
  zh: '这个门牌已经登记了另一户。',
  en: 'Another home is registered at this door already.',
}
