/**
 * Runs scenarios beside the page's own work: a day is simulated in pieces, and a newer request replaces the current
 * one.
 */
import { seeded } from '#domain/routing/chance';
import { Simulation, type Scenario } from '#domain/routing/simulate';
import type { Report } from '#domain/routing/simulation-report';

/** Events that are simulated before the page has its turn: some ten milliseconds. */
const piece = 500;
/** A run waits this long for a slider that still moves; milliseconds. */
const pause = 120;
const seed = 20;

export class Play {
  reports = $state.raw<readonly Report[]>([]);
  playing = $state(false);
  #wanted = 0;

  async run(scenarios: readonly Scenario[]): Promise<void> {
    const wanted = ++this.#wanted;
    this.playing = true;
    await breath(pause);
    const reports: Report[] = [];
    for (const scenario of scenarios) {
      // The same seed for each scenario, so that differences come from the changes.
      const simulation = new Simulation(scenario, seeded(seed));
      while (wanted === this.#wanted && simulation.step(piece)) await breath();
      if (wanted !== this.#wanted) return;
      reports.push(simulation.report());
    }
    this.reports = reports;
    this.playing = false;
  }
}

const breath = (time = 0) => new Promise((resolve) => setTimeout(resolve, time));
