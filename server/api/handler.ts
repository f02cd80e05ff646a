// What a handler is given and what it may answer; the types follow from the routes table.
import type { RouteInput, RouteName, RouteReply, Routes } from '#contract/routes.ts'
import type { Refused } from './refusals.ts'

type Caller<N extends RouteName> = Routes[N]['who'] extends 'anyone'
  ? unknown
  : Routes[N]['who'] extends 'resident'
    ? { residentId: number }
    : { personId: number }

/** Params, query and body, checked; who calls, where the route asks for it; and the moment, epoch ms. */
export type Asked<N extends RouteName> = RouteInput<N> &
  Caller<N> & {
    now: number
    /** The network address of the caller. */
    address: string
    session: SessionOfCall
  }

/** The session cookie of this call. */
export type SessionOfCall = {
  start(personId: number): Promise<void>
  end(): Promise<void>
}

export type Handler<N extends RouteName> = (asked: Asked<N>) => Promise<RouteReply<N> | Refused>
export type Handlers = { [N in RouteName]: Handler<N> }
