import pg from 'pg';

/** postgresCommand runs one statement on a server, over a connection of its own. */
export const postgresCommand = async (server: string, text: string): Promise<void> => {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
};
