"""A network as source that runs without ConvLens."""

from core.network.export_keras import to_keras
from core.network.export_pytorch import to_pytorch

__all__ = ["to_keras", "to_pytorch"]
