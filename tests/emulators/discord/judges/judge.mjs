// Does discord.js, unmodified, find Discord here?  It logs in, registers /echo, answers !ping, /echo and a button.
import { createRequire } from "node:module";

const [home, api, token, guildId] = process.argv.slice(2);
const require = createRequire(home + "/");
const { Client, GatewayIntentBits, ButtonBuilder, ActionRowBuilder, ButtonStyle } = require("discord.js");

const { Guilds, GuildMessages, MessageContent } = GatewayIntentBits;
const client = new Client({
  intents: [Guilds, GuildMessages, MessageContent],
  rest: { api, version: "10" },
});

client.once("clientReady", async () => {
  const guild = await client.guilds.fetch(guildId);
  const option = { name: "text", description: "what to say", type: 3, required: true };
  await guild.commands.set([{ name: "echo", description: "say it again", options: [option] }]);
  console.log("ready", guild.name);
});

client.on("messageCreate", async (message) => {
  if (message.content === "!ping") await message.reply("pong from discord.js");
});

client.on("interactionCreate", async (interaction) => {
  if (interaction.isChatInputCommand()) {
    await interaction.deferReply();
    const button = new ButtonBuilder().setCustomId("again").setLabel("Again").setStyle(ButtonStyle.Primary);
    const components = [new ActionRowBuilder().addComponents(button)];
    await interaction.editReply({ content: interaction.options.getString("text"), components });
  } else if (interaction.isButton()) {
    await interaction.update({ content: "again", components: [] });
  }
});

client.on("shardResume", (_, replayed) => console.log("resumed", replayed));
process.on("SIGTERM", async () => {
  await client.destroy();
  process.exit(0);
});
await client.login(token);
