// A lock between processes of one machine: a file that exists while somebody works. Plain JavaScript, since bootstrap.mjs
// needs it before anything is installed. A holder that died is noticed; nobody waits for a ghost.
import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const HEARTBEAT_MILLISECONDS = 2_000
const STALE_AFTER_MILLISECONDS = 20_000
const POLL_MILLISECONDS = 50

/**
 * Runs `action` while holding the lock file; waits for whoever holds it.
 * @template T
 * @param {string} path
 * @param {() => T | Promise<T>} action
 * @param {() => void} [onWait] called once when the lock is busy
 * @param {() => boolean} [givesUp] asked again and again while it is busy
 * @returns {Promise<T | undefined>} `undefined` when it has given up
 */
export async function withFileLock(path, action, onWait, givesUp) {
  const token = JSON.stringify({ pid: process.pid, host: hostname(), nonce: randomUUID() })
  mkdirSync(dirname(path), { recursive: true })
  for (let told = false; !tryTake(path, token); ) {
    if (removeIfStale(path)) continue
    if (!told) onWait?.()
    told = true
    if (givesUp?.()) return undefined
    await sleep(POLL_MILLISECONDS)
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MILLISECONDS)
  heartbeat.unref()
  try {
    return await action()
  } finally {
    clearInterval(heartbeat)
    if (read(path) === token) rmSync(path, { force: true })
  }
}

function tryTake(path, token) {
  try {
    writeFileSync(path, token, { flag: 'wx' })
    return true
  } catch (error) {
    // Windows answers EPERM while a file that is being deleted is still open somewhere.
    if (error.code === 'EEXIST' || (process.platform === 'win32' && error.code === 'EPERM')) return false
    throw error
  }
}

/** @returns {boolean} whether the lock may be free now */
function removeIfStale(path) {
  const token = read(path)
  if (token === null) return true
  if (!isStale(path, token)) return false
  // Two waiters may both have seen the ghost. Renaming is atomic, so each looks at what it really took away, and a
  // living holder's file is put back.
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
    if (read(aside) !== token) linkSync(aside, path)
  } catch {
    // Somebody else was quicker: the next round sees what is there now.
  }
  rmSync(aside, { force: true })
  return true
}

function isStale(path, token) {
  const age = ageOf(path)
  if (age > STALE_AFTER_MILLISECONDS) return true
  const holder = parse(token)
  // A file without readable content is one that is being written this very moment.
  if (!holder) return false
  return holder.host === hostname() && !isAlive(holder.pid)
}

function parse(token) {
  try {
    const value = JSON.parse(token)
    return Number.isInteger(value?.pid) ? value : null
  } catch {
    return null
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function ageOf(path) {
  try {
    return Date.now() - statSync(path).mtimeMs
  } catch {
    return 0
  }
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {
    // The file is gone: the end of withFileLock notices.
  }
}
