export async function writeDocument(_: unknown): Promise<void> {}
