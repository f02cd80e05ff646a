// Every HTTP route once: the server validates by it, the client is made of it, OpenAPI prints it.
import { Type, type Static, type TObject, type TSchema } from 'typebox'
import { Health, Me, ResidentPage } from './account.ts'
import { Finding, ResponderAct } from './acts.ts'
import { Ask, AskReply } from './ask.ts'
import {
  AbsenceView,
  DeskView,
  HomeSheet,
  HomeTile,
  Ledger,
  RefusedMessage,
  SeenMessage,
  Series,
} from './community.ts'
import { AlarmHealth, AlarmLoad } from './alarms.ts'
import { GroupCard } from './group.ts'
import { IncidentCard, Job, TimelineEntry, Warning } from './incident.ts'
import { OutcomeCode } from './outcomes.ts'
import { NextDeadline, PactReview, PactTerms, PactView } from './pact.ts'
import { EpochMs, Id, Language, LocalDate, ReadingKind } from './primitives.ts'
import { RuleScope, RulesView } from './rule-layers.ts'
import { RuleChange } from './rule-set.ts'
import { Trial } from './rule-trial.ts'

/**
 * Who may call: `anyone`; `resident` (private link as bearer); `signedIn`; `desk` (desk or admin grant over the
 * community of the thing named); `watch` (desk, supervisor or admin over it); `job` (a responder on the incident, or
 * desk over it); `asked` (also neighbour and family, of whom it is only asked whether she was seen or spoken with);
 * `admin` (admin grant anywhere); `demo` (only in demo mode, signed in).
 */
export type Audience =
  | 'anyone'
  | 'resident'
  | 'signedIn'
  | 'desk'
  | 'watch'
  | 'job'
  | 'asked'
  | 'admin'
  | 'demo'

export type Route = {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  who: Audience
  summary: string
  params?: TObject
  query?: TObject
  body?: TObject
  reply: TSchema
}

/** Every refusal: a code for programs, and one sentence a person can act on, in both languages. */
export const Refusal = Type.Object({
  code: Type.Enum([
    'bad_request',
    'not_signed_in',
    'forbidden',
    'not_found',
    'not_allowed_now',
    'somebody_was_first',
    'too_many_tries',
    'wrong_login',
    'never_set_aside',
    'away',
  ]),
  zh: Type.String(),
  en: Type.String(),
  /** Who was first, when two acted at once. */
  by: Type.Optional(Type.String()),
})
export type Refusal = Static<typeof Refusal>

const Done = Type.Object({ ok: Type.Literal(true) })
const byId = Type.Object({ id: Id })
const version = Type.Optional(Type.Integer({ description: 'the version the decision was made on' }))
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })

const define = <const R extends Record<string, Route>>(routes: R): R => routes

/** A press on her page. `id` de-duplicates; one that was kept through a cut says how long ago it was made. */
const ResidentPress = Type.Object({
  id: text(64),
  agoMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 24 * 3_600_000 })),
})

export const routes = define({
  health: {
    method: 'GET',
    path: '/api/health',
    who: 'anyone',
    summary: 'Database, broker, and the last tick of each job',
    reply: Health,
  },

  signIn: {
    method: 'POST',
    path: '/api/sign-in',
    who: 'anyone',
    summary: 'Sign in with login and password',
    body: Type.Object({ login: text(64), password: text(256) }),
    reply: Me,
  },
  signOut: {
    method: 'POST',
    path: '/api/sign-out',
    who: 'signedIn',
    summary: 'End this session',
    reply: Done,
  },
  me: { method: 'GET', path: '/api/me', who: 'signedIn', summary: 'Who I am and what I may see', reply: Me },
  setLanguage: {
    method: 'POST',
    path: '/api/me/language',
    who: 'signedIn',
    summary: 'Keep my language',
    body: Type.Object({ language: Language }),
    reply: Done,
  },
  firstRun: {
    method: 'POST',
    path: '/api/first-run',
    who: 'anyone',
    summary: 'First account and community of an empty system',
    body: Type.Object({
      login: Type.String({ pattern: '^[a-z0-9._-]{3,32}$' }),
      name: text(40),
      password: Type.String({ minLength: 10, maxLength: 256 }),
      community: text(60),
      zone: text(60),
    }),
    reply: Me,
  },

  desk: {
    method: 'GET',
    path: '/api/communities/:id/desk',
    who: 'watch',
    summary: 'The whole desk of a community',
    params: byId,
    reply: DeskView,
  },
  tiles: {
    method: 'GET',
    path: '/api/communities/:id/homes',
    who: 'watch',
    summary: 'Some windows anew, after events',
    params: byId,
    query: Type.Object({ ids: Type.String({ pattern: '^\\d+(,\\d+){0,499}$' }) }),
    reply: Type.Object({ asOf: EpochMs, homes: Type.Array(HomeTile) }),
  },
  ledger: {
    method: 'GET',
    path: '/api/communities/:id/ledger',
    who: 'watch',
    summary: 'The morning ledger',
    params: byId,
    query: Type.Object({ on: Type.Optional(LocalDate) }),
    reply: Ledger,
  },
  signLedger: {
    method: 'POST',
    path: '/api/communities/:id/ledger/sign',
    who: 'desk',
    summary: 'Sign the morning: every blind or open name has an owner',
    params: byId,
    body: Type.Object({ on: LocalDate }),
    reply: Ledger,
  },
  refused: {
    method: 'GET',
    path: '/api/communities/:id/refused',
    who: 'desk',
    summary: 'Messages that could not be read or were not allowed',
    params: byId,
    reply: Type.Array(RefusedMessage),
  },
  messages: {
    method: 'GET',
    path: '/api/communities/:id/messages',
    who: 'desk',
    summary: 'The latest messages, newest first',
    params: byId,
    query: Type.Object({ after: Type.Optional(EpochMs) }),
    reply: Type.Array(SeenMessage),
  },

  home: {
    method: 'GET',
    path: '/api/homes/:id',
    who: 'desk',
    summary: 'One sheet a home (the look is audited)',
    params: byId,
    reply: HomeSheet,
  },
  series: {
    method: 'GET',
    path: '/api/homes/:id/readings',
    who: 'desk',
    summary: 'A curve, thinned to at most 1,000 points',
    params: byId,
    query: Type.Object({ kind: ReadingKind, from: Type.Optional(EpochMs), to: Type.Optional(EpochMs) }),
    reply: Series,
  },

  placeHome: {
    method: 'POST',
    path: '/api/homes/:id/place',
    who: 'desk',
    summary:
      'Where a home is: building, door and flue, by which neighbours are warned and outages are put together',
    params: byId,
    body: Type.Object({
      buildingId: Id,
      unit: Type.Integer({ minimum: 1, maximum: 99 }),
      floor: Type.Integer({ minimum: 1, maximum: 200 }),
      room: text(20),
      label: text(40),
      address: text(120),
      flue: Type.Union([text(40), Type.Null()]),
    }),
    reply: Done,
  },
  wireDevice: {
    method: 'POST',
    path: '/api/devices/:id/line',
    who: 'desk',
    summary:
      'What a device hangs on: the serial of its gateway, and its network; null where that is not known',
    params: byId,
    body: Type.Object({
      gateway: Type.Union([text(64), Type.Null()]),
      carrier: Type.Union([text(40), Type.Null()]),
    }),
    reply: Done,
  },

  rules: {
    method: 'GET',
    path: '/api/communities/:id/rules',
    who: 'watch',
    summary: 'The rules in force, each as a sentence, for a community, a tier or a home',
    params: byId,
    query: Type.Object({ scope: Type.Optional(RuleScope) }),
    reply: RulesView,
  },
  saveRules: {
    method: 'POST',
    path: '/api/communities/:id/rules',
    who: 'desk',
    summary: 'Replaces what one layer changes; a new version, written on the one that was read',
    params: byId,
    body: Type.Object({
      scope: RuleScope,
      change: RuleChange,
      version: Type.Integer({ minimum: 0 }),
      note: text(300),
    }),
    reply: RulesView,
  },
  tryRules: {
    method: 'POST',
    path: '/api/communities/:id/rules/try',
    who: 'desk',
    summary:
      'What one layer, changed like this, would have found in the last month; writes nothing, one at a time',
    params: byId,
    body: Type.Object({ scope: RuleScope, change: RuleChange }),
    reply: Trial,
  },

  incident: {
    method: 'GET',
    path: '/api/incidents/:id',
    who: 'job',
    summary: 'One incident',
    params: byId,
    reply: IncidentCard,
  },
  timeline: {
    method: 'GET',
    path: '/api/incidents/:id/timeline',
    who: 'job',
    summary: 'What happened, oldest first',
    params: byId,
    reply: Type.Array(TimelineEntry),
  },
  respond: {
    method: 'POST',
    path: '/api/incidents/:id/respond',
    who: 'job',
    summary: '收到 / 出发 / 到场 / first finding / 去不了, on my own assignment',
    params: byId,
    body: Type.Object({
      act: ResponderAct,
      finding: Type.Optional(Finding),
      reason: Type.Optional(text(200)),
    }),
    reply: IncidentCard,
  },
  acknowledgeFor: {
    method: 'POST',
    path: '/api/incidents/:id/acknowledge-for',
    who: 'desk',
    summary: 'The desk reached a responder by voice: 代为收到',
    params: byId,
    body: Type.Object({ personId: Id }),
    reply: IncidentCard,
  },
  assign: {
    method: 'POST',
    path: '/api/incidents/:id/assign',
    who: 'desk',
    summary: 'Send this person too',
    params: byId,
    body: Type.Object({ personId: Id }),
    reply: IncidentCard,
  },
  note: {
    method: 'POST',
    path: '/api/incidents/:id/notes',
    who: 'job',
    summary: 'Write something down',
    params: byId,
    body: Type.Object({ text: text(1000) }),
    reply: IncidentCard,
  },
  logCall: {
    method: 'POST',
    path: '/api/incidents/:id/calls',
    who: 'job',
    summary: 'A call was made: to whom, and what was said',
    params: byId,
    body: Type.Object({ to: text(60), answered: Type.Boolean(), said: Type.Optional(text(500)) }),
    reply: IncidentCard,
  },
  dialled: {
    method: 'POST',
    path: '/api/emergency-calls/:id/done',
    who: 'job',
    summary: '119/120 was dialled: what they answered',
    params: byId,
    body: Type.Object({ answer: text(300) }),
    reply: IncidentCard,
  },
  close: {
    method: 'POST',
    path: '/api/incidents/:id/close',
    who: 'job',
    summary: 'Say what was found (办结); serious outcomes await a check-back',
    params: byId,
    body: Type.Object({ outcome: OutcomeCode, note: Type.Optional(text(1000)), version }),
    reply: IncidentCard,
  },
  checkBack: {
    method: 'POST',
    path: '/api/incidents/:id/check-back',
    who: 'desk',
    summary: 'A second person confirms (回访)',
    params: byId,
    body: Type.Object({ note: Type.Optional(text(1000)) }),
    reply: IncidentCard,
  },

  group: {
    method: 'GET',
    path: '/api/incidents/:id/group',
    who: 'desk',
    summary: 'Many at once: one cause, with a row for each home, in the order in which to ask',
    params: byId,
    reply: GroupCard,
  },
  takeGroup: {
    method: 'POST',
    path: '/api/incidents/:id/group/take',
    who: 'desk',
    summary: 'I work through this list; every row still goes up its own ladder until it is answered',
    params: byId,
    reply: GroupCard,
  },

  alarmLoad: {
    method: 'GET',
    path: '/api/communities/:id/alarm-load',
    who: 'watch',
    summary: 'Floods that are on, and how much is set aside: what the desk shows all day',
    params: byId,
    reply: AlarmLoad,
  },
  alarms: {
    method: 'GET',
    path: '/api/communities/:id/alarms',
    who: 'watch',
    summary: '报警体检: new incidents per human, floods, chattering, stale and worst; what is set aside',
    params: byId,
    reply: AlarmHealth,
  },
  shelve: {
    method: 'POST',
    path: '/api/conditions/:id/shelve',
    who: 'desk',
    summary: '搁置 equipment for at most 30 minutes; never CO, gas, smoke, SOS or a silence',
    params: byId,
    body: Type.Object({ minutes: Type.Integer({ minimum: 1, maximum: 24 * 60 }), reason: text(200) }),
    reply: Done,
  },
  takeOut: {
    method: 'POST',
    path: '/api/devices/:id/out-of-service',
    who: 'desk',
    summary:
      '停用 a device under repair, with the day of its review; its home is unprotected where it was the cover',
    params: byId,
    body: Type.Object({ reviewOn: LocalDate, reason: text(200) }),
    reply: Done,
  },
  putBack: {
    method: 'POST',
    path: '/api/conditions/:id/put-back',
    who: 'desk',
    summary: 'No longer shelved or out of service: judged at once, and shown as it stands',
    params: byId,
    reply: Done,
  },

  jobs: {
    method: 'GET',
    path: '/api/me/jobs',
    who: 'signedIn',
    summary:
      'My open jobs, worst first, air first; dangers that my other homes must be warned of; and whom I am asked about',
    reply: Type.Object({
      asOf: EpochMs,
      jobs: Type.Array(Job),
      warnings: Type.Array(Warning),
      asks: Type.Array(Ask),
    }),
  },

  pact: {
    method: 'GET',
    path: '/api/residents/:id/pact',
    who: 'watch',
    summary:
      'What is agreed with this resident, the next five deadlines, and a proposal from their own mornings',
    params: byId,
    reply: PactView,
  },
  previewPact: {
    method: 'POST',
    path: '/api/residents/:id/pact/preview',
    who: 'desk',
    summary: 'The next five deadlines that these hours would mean; changes nothing',
    params: byId,
    body: PactTerms,
    reply: Type.Object({ next: Type.Array(NextDeadline) }),
  },
  savePact: {
    method: 'POST',
    path: '/api/residents/:id/pact',
    who: 'desk',
    summary: 'Agrees on other hours; an occurrence that has begun is judged as it was agreed before',
    params: byId,
    body: PactTerms,
    reply: PactView,
  },

  leavePact: {
    method: 'POST',
    path: '/api/residents/:id/pact/leave',
    who: 'desk',
    summary:
      'Another hour is proposed, and the pact stays as it is: asked again after the days that the rules say',
    params: byId,
    reply: Done,
  },
  pactReviews: {
    method: 'GET',
    path: '/api/communities/:id/pact-reviews',
    who: 'desk',
    summary: 'Whose pact no longer fits their mornings, and what is proposed',
    params: byId,
    reply: Type.Object({ asOf: EpochMs, pacts: Type.Array(PactReview) }),
  },

  proxyCheckIn: {
    method: 'POST',
    path: '/api/residents/:id/proxy-check-in',
    who: 'desk',
    summary: '代报平安: seen or spoken with, and where; one resident at a time',
    params: byId,
    body: Type.Object({
      seenOrSpoken: Type.Enum(['seen', 'spoken']),
      place: text(100),
      via: Type.Enum(['phone', 'visit', 'proxy']),
    }),
    reply: Done,
  },
  answerIncident: {
    method: 'POST',
    path: '/api/incidents/:id/answer',
    who: 'asked',
    summary: 'Neighbour, family or whoever was asked: she was seen or spoken with, and where (safety 7)',
    params: byId,
    body: Type.Object({ seenOrSpoken: Type.Enum(['seen', 'spoken']), place: text(100) }),
    reply: Done,
  },
  replyToAsk: {
    method: 'POST',
    path: '/api/incidents/:id/reply',
    who: 'asked',
    summary:
      'Neighbour or family: I go and look, nobody answers the door, she is not well (rings everybody), I cannot, or a word that is only written down',
    params: byId,
    body: Type.Object({ reply: AskReply, text: Type.Optional(text(300)) }),
    reply: Done,
  },
  declareAbsence: {
    method: 'POST',
    path: '/api/residents/:id/absences',
    who: 'desk',
    summary: '外出报备: place, companion and number, at most 14 days',
    params: byId,
    body: Type.Object({
      fromOn: LocalDate,
      untilOn: LocalDate,
      place: text(100),
      companion: text(60),
      phone: text(30),
    }),
    reply: AbsenceView,
  },
  endAbsence: {
    method: 'POST',
    path: '/api/absences/:id/end',
    who: 'desk',
    summary: 'Back early',
    params: byId,
    reply: Done,
  },

  residentPage: {
    method: 'GET',
    path: '/api/resident',
    who: 'resident',
    summary: "The resident's own page",
    reply: ResidentPage,
  },
  residentCheckIn: {
    method: 'POST',
    path: '/api/resident/check-in',
    who: 'resident',
    summary: '今天平安',
    body: ResidentPress,
    reply: ResidentPage,
  },
  residentSos: {
    method: 'POST',
    path: '/api/resident/sos',
    who: 'resident',
    summary: '我要帮忙',
    body: ResidentPress,
    reply: ResidentPage,
  },

  demo: {
    method: 'GET',
    path: '/api/demo',
    who: 'anyone',
    summary: "Whether this is a demo, its logins and residents' links, and where its story stands",
    reply: Type.Object({
      demo: Type.Boolean(),
      communityId: Type.Optional(Id),
      mqtt: Type.Optional(Type.String()),
      logins: Type.Array(
        Type.Object({
          login: Type.String(),
          password: Type.String(),
          name: Type.String(),
          title: Type.String(),
        }),
      ),
      residentLinks: Type.Array(
        Type.Object({ name: Type.String(), label: Type.String(), href: Type.String() }),
      ),
      scenarios: Type.Array(Type.Object({ name: Type.String(), zh: Type.String(), en: Type.String() })),
      story: Type.Object({
        state: Type.Enum(['waiting', 'running', 'done']),
        chapter: Type.String(),
        autoplay: Type.Boolean(),
        startedAt: Type.Union([EpochMs, Type.Null()]),
      }),
    }),
  },
  beginStory: {
    method: 'POST',
    path: '/api/demo/begin',
    who: 'anyone',
    summary: 'Start the demo morning (only in demo mode; again starts it anew)',
    body: Type.Object({ autoplay: Type.Optional(Type.Boolean()), again: Type.Optional(Type.Boolean()) }),
    reply: Done,
  },
  setAutoplay: {
    method: 'POST',
    path: '/api/demo/autoplay',
    who: 'anyone',
    summary: 'Play the steward yourself, or let it play',
    body: Type.Object({ autoplay: Type.Boolean() }),
    reply: Done,
  },
  testerAct: {
    method: 'POST',
    path: '/api/demo/act',
    who: 'demo',
    summary: 'Make a simulated device speak, over MQTT',
    body: Type.Object({
      homeId: Id,
      residentId: Type.Optional(Id),
      act: Type.Enum(['press', 'sos', 'co', 'gas', 'activity', 'offline', 'online', 'selfTest', 'clear']),
    }),
    reply: Done,
  },
  testerScenario: {
    method: 'POST',
    path: '/api/demo/scenario',
    who: 'demo',
    summary: 'Run a scenario',
    body: Type.Object({ name: text(40), speed: Type.Optional(Type.Number({ minimum: 1, maximum: 600 })) }),
    reply: Done,
  },
  demoDeadline: {
    method: 'POST',
    path: '/api/demo/deadlines',
    who: 'demo',
    summary: 'Put the next deadline of demo residents near the present; clears their demo morning first',
    body: Type.Object({
      dueInMs: Type.Integer({ minimum: 1000, maximum: 3_600_000 }),
      remindInMs: Type.Optional(Type.Integer({ minimum: 0 })),
      residentIds: Type.Optional(Type.Array(Id, { maxItems: 500 })),
    }),
    reply: Type.Object({ on: LocalDate, dueAt: EpochMs }),
  },
})

export type Routes = typeof routes
export type RouteName = keyof Routes
type PartOf<N extends RouteName, P extends 'params' | 'query' | 'body'> = Routes[N] extends {
  [K in P]: infer S extends TSchema
}
  ? { [K in P]: Static<S> }
  : unknown

/** What a caller gives to a route: `{ params, query, body }`, each only where the route has it. */
export type RouteInput<N extends RouteName> = PartOf<N, 'params'> & PartOf<N, 'query'> & PartOf<N, 'body'>
export type RouteReply<N extends RouteName> = Static<Routes[N]['reply']>
