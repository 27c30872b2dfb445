import type { Readable } from "node:stream";
import {
  Controller,
  type DynamicModule,
  Get,
  Inject,
  Injectable,
  Module,
  Req,
  Res,
  StreamableFile,
} from "@nestjs/common";
import type { Request, Response } from "express";
import { bundleHeaders, bundleOf, type Exports, problemOf } from "./bundle-stream.ts";

const options = Symbol("exports");

@Injectable()
class ExportService {
  readonly #exports: Exports<Request>;
  constructor(@Inject(options) exports: Exports<Request>) {
    this.#exports = exports;
  }
  async bundleFor(request: Request, signal: AbortSignal): Promise<Readable> {
    const { exporter, subjectOf } = this.#exports;
    return bundleOf(exporter, subjectOf(request), signal);
  }
}

@Controller("me")
class ExportController {
  readonly #service: ExportService;
  constructor(@Inject(ExportService) service: ExportService) {
    this.#service = service;
  }

  /** Streams the bundle of whoever is signed in. */
  @Get("export")
  async download(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    const stop = new AbortController();
    response.once("close", () => stop.abort()); // whoever went away needs no bundle: the sources' queries are stopped
    try {
      const bundle = await this.#service.bundleFor(request, stop.signal);
      response.set(bundleHeaders);
      return new StreamableFile(bundle); // Nest destroys the response when the bundle breaks off
    } catch (error) {
      const { status, headers, body } = problemOf(error);
      response.status(status).set(headers);
      return JSON.stringify(body); // of an HttpException Nest makes application/json
    }
  }
}

@Module({ controllers: [ExportController], providers: [ExportService] })
class ExportModule {}

/** For `imports: [exportModule({ exporter, subjectOf })]`. */
export function exportModule(exports: Exports<Request>): DynamicModule {
  return { module: ExportModule, providers: [{ provide: options, useValue: exports }] };
}
