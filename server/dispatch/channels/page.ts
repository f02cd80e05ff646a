// The open page, over the socket. It has to say that it did ring, or the next channel is taken.
import type { Ring } from '#contract/live.ts'
import type { Channel } from './channel.ts'

export function createPageChannel(
  ring: (personId: number, ring: Ring) => Promise<'rung' | 'notInFront'> | 'rung' | 'notInFront',
): Channel {
  return {
    async tell({ personId, tellingId, incidentId, communityId, kind, stage, purpose, origin }) {
      const how = await ring(personId, { tellingId, incidentId, communityId, kind, stage, purpose, origin })
      return how === 'rung' ? 'sent' : 'notInFront'
    },
  }
}
