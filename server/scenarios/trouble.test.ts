import { playAll } from '#testing/scenario-tests.ts'
import { troubles } from './trouble.ts'

playAll(troubles)
