/** What one sign-in knows: the API with the key, the factories and settings, and the connector that was last seen. */
import type { Api } from "./api/client.ts";
import type { Connector, Factory, Settings } from "./api/shapes.ts";

const MOCK = "mock-short-message-service";

export class Session {
  readonly api: Api;
  readonly factories: Factory[];
  readonly settings: Settings;
  connector: Connector | null;

  private constructor(api: Api, factories: Factory[], settings: Settings, connector: Connector | null) {
    this.api = api;
    this.factories = factories;
    this.settings = settings;
    this.connector = connector;
  }

  /** Asks for everything at once; a wrong key fails here. */
  static async open(api: Api): Promise<Session> {
    const [settings, factories, connectors] = await Promise.all([
      api.settings(),
      api.factories(),
      api.connectors(),
    ]);
    return new Session(api, factories, settings, connectors[0] ?? null);
  }

  /** The factories to choose from: the mock only where the Worker would use it. */
  get offered(): Factory[] {
    return this.factories.filter((factory) => factory.id !== MOCK || this.settings.allowMock);
  }

  factory(id: string): Factory | undefined {
    return this.factories.find((factory) => factory.id === id);
  }

  async refresh(): Promise<Connector | null> {
    const [connector] = await this.api.connectors();
    this.connector = connector ?? null;
    return this.connector;
  }
}
