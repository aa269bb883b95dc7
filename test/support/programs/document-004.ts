// Clients of document 004, made with axios as its users make them: a request that is answered 401 refreshes, and is sent again. Where they
// keep the first refresh token, they take the access token alone from an answer.
import { pathToFileURL } from 'node:url'

export interface Grant {
  readonly access_token: string
  readonly refresh_token: string
}

export interface Client {
  /** @returns the status of the reply */
  get(path: string): Promise<number>
  /** How often it has asked for new tokens. */
  readonly refreshes: number
}

export interface ClientOptions {
  /** Of the API. */
  readonly url: string
  readonly grant: Grant
  readonly keepsFirst: boolean
}

/** What of axios is used. */
interface Axios {
  (config: Config): Promise<Answer>
  create(config: object): Axios
  get(path: string): Promise<Answer>
  post(path: string, body: object): Promise<Answer>
  readonly defaults: { readonly headers: { readonly common: Record<string, string> } }
  readonly interceptors: {
    readonly request: { use(change: (config: Config) => Config): void }
    readonly response: { use(pass: (answer: Answer) => Answer, fail: (error: Failure) => Promise<Answer>): void }
  }
}

interface Config {
  readonly headers: { Authorization?: string }
  isRetry?: boolean
}

interface Answer {
  readonly status: number
  readonly data: Grant
}

interface Failure {
  readonly config: Config
  readonly response?: { readonly status: number; readonly config: Config }
}

type Make = (options: ClientOptions) => Client
type CreateAuthRefresh = (axios: Axios, refresh: (failure: Failure) => Promise<void>, options: object) => number

/** By name. @param pathOf where the packages are */
export async function loadClients(pathOf: (...path: readonly string[]) => string): Promise<Readonly<Record<ClientName, Make>>> {
  const { default: axios }: { default: Axios } = await import(pathToFileURL(pathOf('axios/index.js')).href)
  const plugin = pathToFileURL(pathOf('axios-auth-refresh/dist/index.esm.js')).href
  const { createAuthRefresh }: { createAuthRefresh: CreateAuthRefresh } = await import(plugin)
  return {
    'each request for itself': (options) => {
      const held = hold(axios, options)
      held.api.interceptors.response.use(pass, async (failure) => {
        if (failure.response?.status !== 401 || failure.config.isRetry) throw failure
        await held.refresh()
        return held.api({ ...failure.config, isRetry: true })
      })
      return held.client
    },
    'one refresh for all': (options) => {
      const held = hold(axios, options)
      let underWay: Promise<void> | null = null
      held.api.interceptors.response.use(pass, async (failure) => {
        if (failure.response?.status !== 401 || failure.config.isRetry) throw failure
        underWay ??= held.refresh().finally(() => {
          underWay = null
        })
        await underWay
        return held.api({ ...failure.config, isRetry: true })
      })
      return held.client
    },
    'axios-auth-refresh': (options) => {
      const held = hold(axios, options)
      // By default it hands a 401 on that comes while it refreshes for another one.
      createAuthRefresh(held.api, () => held.refresh(), { deduplicateRefresh: false })
      return held.client
    },
  }
}

export const CLIENT_NAMES = ['each request for itself', 'one refresh for all', 'axios-auth-refresh'] as const
export type ClientName = (typeof CLIENT_NAMES)[number]

const pass = (answer: Answer) => answer

function hold(axios: Axios, { url, grant, keepsFirst }: ClientOptions) {
  const held = { access: grant.access_token, refresh: grant.refresh_token }
  let refreshes = 0
  const options = { baseURL: `${url}/api/v1/auth`, proxy: false }
  const api = axios.create(options)
  const bare = axios.create(options)
  api.interceptors.request.use((config) => {
    config.headers.Authorization = `Bearer ${held.access}`
    return config
  })
  const refresh = async () => {
    refreshes += 1
    const { data } = await bare.post('/refresh', { refresh_token: held.refresh })
    held.access = data.access_token
    if (!keepsFirst) held.refresh = data.refresh_token
  }
  const get = async (path: string) => {
    try {
      return (await api.get(path)).status
    } catch (error) {
      const { response } = error as Failure
      if (!response) throw error
      return response.status
    }
  }
  const client: Client = {
    get,
    get refreshes() {
      return refreshes
    },
  }
  return { api, refresh, client }
}
