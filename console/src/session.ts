/** The state of one sign-in: the API client with its key, the factories, the settings and the active connector. */
import type { ApiClient } from "./api/client.ts";
import type { Connector, Factory, Settings } from "./api/types.ts";

const MOCK_ID = "mock-short-message-service";

export class Session {
  readonly api: ApiClient;
  readonly factories: Factory[];
  readonly settings: Settings;
  /** The active connector as of the last request. */
  connector: Connector | null;

  private constructor(api: ApiClient, factories: Factory[], settings: Settings, connector: Connector | null) {
    this.api = api;
    this.factories = factories;
    this.settings = settings;
    this.connector = connector;
  }

  /** Loads everything in parallel. Throws an ApiError with status 401 if the key is wrong. */
  static async open(api: ApiClient): Promise<Session> {
    const [settings, factories, connectors] = await Promise.all([
      api.getSettings(),
      api.listFactories(),
      api.listConnectors(),
    ]);
    return new Session(api, factories, settings, connectors[0] ?? null);
  }

  /** The factories to choose from. The Worker rejects the mock connector unless `ALLOW_MOCK` is set. */
  get availableFactories(): Factory[] {
    return this.factories.filter((factory) => factory.id !== MOCK_ID || this.settings.allowMock);
  }

  findFactory(id: string): Factory | undefined {
    return this.factories.find((factory) => factory.id === id);
  }

  async refreshConnector(): Promise<Connector | null> {
    const [connector] = await this.api.listConnectors();
    this.connector = connector ?? null;
    return this.connector;
  }
}
