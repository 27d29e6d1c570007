/** A contestant in a process of its own, which answers one line a request: so it takes its turn in every round. */
import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";

export class Child {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];
  private errors = "";

  constructor(command: string, args: string[], environment: Record<string, string> = {}) {
    this.process = spawn(command, args, { env: { ...process.env, ...environment } });
    this.process.stderr.on("data", (chunk: Buffer) => (this.errors += chunk.toString()));
    const stop = (reason: string): void => {
      const error = new Error(`${command} ended: ${reason}\n${this.errors}`);
      this.waiting.splice(0).forEach(({ reject }) => reject(error));
    };
    this.process.on("error", (error) => stop(error.message));
    this.process.on("close", (code) => stop(`code ${code}`));
    this.process.stdin.on("error", () => undefined);
    createInterface(this.process.stdout).on("line", (line) => this.waiting.shift()?.resolve(line));
  }

  ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.process.stdin.write(`${line}\n`);
    });
  }

  close(): void {
    this.process.stdin.end();
  }
}
