// What is asked of a network and one picture: disturb it, why this answer, teach it this one.

import { mounting } from "./mounting.js";
import { DisturbView } from "./probe_disturb.js";
import { TeachView } from "./probe_teach.js";
import { WhyView } from "./probe_why.js";

export const { render, close } = mounting({ disturb: DisturbView, why: WhyView, teach: TeachView });
