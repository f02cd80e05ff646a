// Every route's handler, by subject. A route without one does not compile.
import { absenceHandlers } from './absence.ts'
import { accountHandlers } from './account.ts'
import type { ApiSettings } from './create-api.ts'
import { alarmHandlers } from './alarms.ts'
import { demoHandlers } from './demo.ts'
import { deskHandlers } from './desk.ts'
import { firstRunHandlers } from './first-run.ts'
import type { Handlers } from './handler.ts'
import { homeSheetHandlers } from './home-sheet.ts'
import { incidentHandlers } from './incidents.ts'
import { ledgerHandlers } from './ledger.ts'
import { messageHandlers } from './messages.ts'
import { pactHandlers } from './pact.ts'
import { proxyHandlers } from './proxy-check-in.ts'
import { residentPageHandlers } from './resident-page.ts'
import { rulesHandlers } from './rules.ts'
import { seriesHandlers } from './series.ts'
import { setAsideHandlers } from './set-aside.ts'
import { wiringHandlers } from './wiring.ts'

export const handlersOf = (settings: ApiSettings) =>
  ({
    health: () => settings.health(),
    ...accountHandlers(settings),
    ...firstRunHandlers(settings),
    ...deskHandlers(settings),
    ...ledgerHandlers(settings),
    ...messageHandlers(settings),
    ...homeSheetHandlers(settings),
    ...seriesHandlers(settings),
    ...incidentHandlers(settings),
    ...rulesHandlers(settings),
    ...pactHandlers(settings),
    ...proxyHandlers(settings),
    ...absenceHandlers(settings),
    ...alarmHandlers(settings),
    ...setAsideHandlers(settings),
    ...wiringHandlers(settings),
    ...residentPageHandlers(settings),
    ...demoHandlers(settings),
  }) satisfies Handlers
