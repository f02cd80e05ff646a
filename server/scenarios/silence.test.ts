import { playAll } from '#testing/scenario-tests.ts'
import { silences } from './silence.ts'

playAll(silences)
