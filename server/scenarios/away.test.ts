import { playAll } from '#testing/scenario-tests.ts'
import { absences } from './away.ts'

playAll(absences)
