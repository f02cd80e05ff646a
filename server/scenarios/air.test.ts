import { playAll } from '#testing/scenario-tests.ts'
import { airs } from './air.ts'

playAll(airs)
