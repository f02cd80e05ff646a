import { playAll } from '#testing/scenario-tests.ts'
import { mornings } from './morning.ts'

playAll(mornings)
