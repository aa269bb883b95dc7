import { describe, expect, it } from 'vitest'
import { levelOf, reaches } from '../../../src/core/kernel/assurance.ts'

describe('the level of a session', () => {
  it.each([
    [['pwd'], 'urn:postern:aal1'],
    [['pin'], 'urn:postern:aal0'],
    [['pin', 'pwd'], 'urn:postern:aal1'],
    [['carrier-pigeon'], 'urn:postern:aal0'],
    [['constructor'], 'urn:postern:aal0'],
    [[], 'urn:postern:aal0'],
  ])('that was opened by %j is %s', (amr, level) => {
    expect(levelOf(amr)).toBe(level)
    expect(reaches(amr, 'urn:postern:aal0')).toBe(true)
    expect(reaches(amr, 'urn:postern:aal1')).toBe(level === 'urn:postern:aal1')
  })
})
