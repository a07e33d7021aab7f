/** The deployed Worker with an injectable D1 fault, and test routes that read its actors. */
import { dumpHistory } from '../../../worker/db/history.ts';
import sound, { Conversation as SoundConversation } from '../../../worker/server.ts';
import type { Waits } from '../../../worker/actors/conversation/duties.ts';
import type { Env } from '../../../worker/actors/env.ts';
import { conversationStub } from '../../../worker/actors/stubs.ts';
import { d1Modes, type D1Mode, type Mutant } from '../modes.ts';
import { faulty, plan } from './d1-faults.ts';
import { mutate } from './mutants.ts';

export * from '../../../worker/server.ts';

interface FaultyEnv extends Env {
  readonly D1_MODE?: string;
  readonly MUTANT?: Mutant;
  /** Delays that are shorter than the usual ones, as JSON. */
  readonly WAITS?: string;
}

export class Conversation extends SoundConversation {
  constructor(ctx: DurableObjectState, env: FaultyEnv) {
    begin(env);
    mutate(env.MUTANT, ctx.storage.sql);
    super(ctx, { ...env, DB: faulty(env.DB) });
  }

  protected override get waits(): Waits {
    const { WAITS } = this.env as FaultyEnv;
    return WAITS ? (JSON.parse(WAITS) as Waits) : super.waits;
  }

  /** The log as this actor reads it. */
  dumpLog(): string[] {
    return [...this.ctx.storage.sql.exec<{ entry: string }>('SELECT entry FROM entries ORDER BY seq')].map(
      (row) => row.entry,
    );
  }
}

let begun = false;

/** An outage outlives a restart. */
function begin(env: FaultyEnv): void {
  if (!begun && env.D1_MODE) plan.mode = env.D1_MODE as D1Mode;
  begun = true;
}

async function testRoute(request: Request, env: FaultyEnv): Promise<Response> {
  if (request.headers.get('Authorization') !== `Bearer ${env.OPERATOR_SECRET}`) {
    return new Response('not yours', { status: 403 });
  }
  const { pathname, searchParams } = new URL(request.url);
  const account = searchParams.get('account') ?? '';
  switch (pathname) {
    case '/faults/d1': {
      const mode = searchParams.get('mode') as D1Mode;
      if (!d1Modes.includes(mode)) return new Response('no such mode', { status: 400 });
      plan.mode = mode;
      return Response.json({ mode });
    }
    case '/faults/log': {
      const actor = conversationStub(env, account, searchParams.get('conversation') ?? '');
      return Response.json(await (actor as unknown as { dumpLog(): Promise<string[]> }).dumpLog());
    }
    case '/faults/history':
      return Response.json(await dumpHistory(env.DB, account));
    default:
      return new Response('no such route', { status: 404 });
  }
}

export default {
  fetch(request, env, ctx) {
    begin(env);
    if (new URL(request.url).pathname.startsWith('/faults/')) return testRoute(request, env);
    return sound.fetch(request, { ...env, DB: faulty(env.DB) }, ctx);
  },
} satisfies ExportedHandler<FaultyEnv>;
