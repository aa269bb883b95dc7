// What a console shows first: how many accounts there are, and what happened by day.
import { isWeakerThan } from '../../../platform/hashing/password-hash.ts'
import type { DayFigures } from '../../../stores/audit/operator-views.ts'
import type { Deps } from '../../kernel/deps.ts'
import { AuthError } from '../../kernel/errors.ts'
import { type OperatorCaller, requireOperator } from '../operator.ts'

export interface Stats {
  readonly accounts: {
    readonly all: number
    readonly disabled: number
    readonly unverified: number
    /** Those whose hash is made anew at the next sign-in. */
    readonly oldHashes: number
  }
  /** Oldest first, from midnight UTC; days without any event are there too. */
  readonly days: readonly DayFigures[]
}

const DAY = 86_400
export const MAX_DAYS = 90

/** @throws AuthError as `requireOperator`, `invalid_request` @throws Unavailable */
export async function readStats(deps: Deps, caller: OperatorCaller, days: string | undefined): Promise<Stats> {
  await requireOperator(deps, caller, 'look')
  const count = days ? Number(days) : 7
  if (!Number.isInteger(count) || count < 1 || count > MAX_DAYS) {
    throw new AuthError('invalid_request', 'days out of bounds', {
      fields: [{ field: 'days', message: `must be a whole number from 1 to ${MAX_DAYS}` }],
    })
  }
  const today = Math.floor(deps.clock() / DAY) * DAY
  const first = today - (count - 1) * DAY
  const [accounts, hashes, found] = await Promise.all([
    deps.operatorViews.countAccounts(),
    deps.operatorViews.countHashes(),
    deps.operatorViews.countByDay(first),
  ])
  const oldHashes = hashes
    // Only the parameters are compared; what stands in for salt and hash is as long as ours.
    .filter(({ head }) => isWeakerThan(`${head}${'A'.repeat(22)}$${'A'.repeat(43)}`, deps.settings.scrypt))
    .reduce((sum, each) => sum + each.accounts, 0)
  const figures = Array.from({ length: count }, (_, index) => {
    const day = first + index * DAY
    return found.find((each) => each.day === day) ?? { day, counts: {} }
  })
  return { accounts: { ...accounts, oldHashes }, days: figures }
}
