// One of the views that move in its place on the lesson pages.

import { ChannelsView } from "./lesson_channels.js";
import { ClipView } from "./lesson_clip.js";
import { ShiftView } from "./lesson_shift.js";
import { mounting } from "./mounting.js";
import { PoolBackwardView } from "./pool_backward.js";
import { PoolChainView } from "./pool_chain.js";
import { PoolShiftView } from "./pool_shift.js";

export const { render, close } = mounting({
  channels: ChannelsView,
  clip: ClipView,
  shift: ShiftView,
  "pool-shift": PoolShiftView,
  "pool-backward": PoolBackwardView,
  "pool-chain": PoolChainView,
});
