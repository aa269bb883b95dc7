declare const SECRET: unique symbol

/** What somebody could try guesses on: a hash of a password or a PIN. Nothing that a caller gets holds one, which a type test proves. */
export type Secret = string & { readonly [SECRET]: never }
