import { playAll } from '#testing/scenario-tests.ts'
import { helps } from './help.ts'

playAll(helps)
