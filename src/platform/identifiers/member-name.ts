/** What the APIs call a member that the code calls in its own spelling: `firstName` is `first_name`. */
export function memberName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
