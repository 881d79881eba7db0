// The one deploy configuration: `railway config plan`, `railway config apply`.
// Keys that this file can't hold (drain and overlap) are service variables; the restart policy is a dashboard setting.
import { defineRailway, project, service } from "railway/iac";

export default defineRailway(() =>
  project("helix", {
    resources: [
      service("helix", {
        build: { dockerfile: "Dockerfile" },
        healthcheck: "/health",
        healthcheckTimeout: 300,
        replicas: 1,
        env: {
          // Railway's own default is 0: SIGKILL at once. sync needs time to flush.
          RAILWAY_DEPLOYMENT_DRAINING_SECONDS: "60",
          // the new container restores and stands by while the old one still writes
          RAILWAY_DEPLOYMENT_OVERLAP_SECONDS: "10",
        },
      }),
    ],
  }),
);
